import Foundation

/// Why a layer cannot be quantized as asked, or an option menu cannot be used.
///
/// Layers have no names here; whoever knows the name says it beside the message.
package enum QuantizationError: LocalizedError, Equatable {
  /// A text that is no description string of an option.
  case unreadableLayout(String)
  /// Parts that make no option.
  case invalidLayout(layout: String, problem: String)
  case unsupportedInputs(inputs: Int, multiple: Int, maximum: Int)
  case unreadableMenu(file: String, problem: String)
  case unexpectedMenu(file: String, key: String, expected: String, found: String)
  case unusableOption(file: String, index: Int, problem: String)
  case weightNotRepresentable(value: Float, input: Int, output: Int)
  case hessianNotFinite(tokens: Int)
  /// `damping`, the most that was tried, is a multiple of the mean diagonal.
  case hessianNotFactored(inputs: Int, damping: Double)

  package var errorDescription: String? {
    switch self {
    case .unreadableLayout(let text):
      "'\(text)' is not a layout. It should look like '0.1:4b_128g/0.9:3b_128g s4'."
    case .invalidLayout(let layout, let problem):
      "The layout '\(layout)' cannot be used: \(problem)."
    case .unsupportedInputs(let inputs, let multiple, let maximum):
      "The layer has \(inputs) inputs; EXL2 stores multiples of \(multiple) up to \(maximum). "
        + "Keep it unquantized or choose another format."
    case .unreadableMenu(let file, let problem):
      "\(file) cannot be read as an option menu: \(problem)"
    case .unexpectedMenu(let file, let key, let expected, let found):
      "\(file) has \(key) \(found), but this version reads \(expected). "
        + "Give a menu of that kind, such as qparams/exl2.json."
    case .unusableOption(let file, let index, let problem):
      "Option \(index) (counted from 0) of \(file): \(problem)"
    case .weightNotRepresentable(let value, let input, let output):
      "The weight from input \(input) to output \(output) is \(value); quantized weights are "
        + "16-bit numbers, at most 65504. Check that the checkpoint is intact."
    case .hessianNotFinite(let tokens):
      "The sum over \(tokens) calibration tokens is not finite: the activations overflowed. "
        + "Check that the model computes finite outputs on the calibration text."
    case .hessianNotFactored(let inputs, let damping):
      "The Hessian of \(inputs) inputs is not positive definite, even damped by \(damping) times "
        + "its mean diagonal. Use more calibration tokens, or check the activations."
    }
  }
}
