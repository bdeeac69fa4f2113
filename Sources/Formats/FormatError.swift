import Foundation

/// Why a format can't hold a model, or a file in it can't be read.
package enum FormatError: LocalizedError, Equatable {
  /// The format's runtime can't load such a model.
  case runtime(String, format: String, architecture: String, reason: String)
  /// The same with the names of the formats that can hold the model.
  case notConvertible(
    runtime: String, format: String, architecture: String, reason: String, others: [String])
  case inputsNotMultiple(layer: String, inputs: Int, of: Int, format: String)
  case tooManyInputs(layer: String, inputs: Int, limit: Int, format: String)
  /// A bias whose layer's outputs would be padded.
  case paddedBias(layer: String, outputs: Int, format: String)
  /// A tensor of a quantized checkpoint that can't be unpacked.
  case damaged(tensor: String, expected: String, found: String)
  case configuration(file: String, reason: String)

  package var errorDescription: String? {
    switch self {
    case .runtime(let runtime, let format, let architecture, let reason):
      "\(runtime) can't load \(architecture) from \(format): \(reason)."
    case .notConvertible(let runtime, let format, let architecture, let reason, let others):
      others.isEmpty
        ? "No output format can hold \(architecture) yet. \(runtime), for which \(format) is, doesn't run "
          + "this model: \(reason). It can be measured, optimized and evaluated, but not converted."
        : "\(format) can't hold \(architecture): \(runtime) doesn't run this model, because \(reason). "
          + "Formats that can: \(others.joined(separator: ", "))."
    case .inputsNotMultiple(let layer, let inputs, let multiple, let format):
      "'\(layer)' has \(inputs) inputs; \(format) can hold layers whose inputs are a multiple of "
        + "\(multiple) only, so this model can't be converted to it."
    case .tooManyInputs(let layer, let inputs, let limit, let format):
      "'\(layer)' has \(inputs) inputs; \(format) can hold \(limit) at most."
    case .paddedBias(let layer, let outputs, let format):
      "'\(layer)' has a bias and \(outputs) outputs; \(format) can hold biases only where the "
        + "outputs are a multiple of 32."
    case .damaged(let tensor, let expected, let found):
      "'\(tensor)' is damaged: expected \(expected), found \(found). Convert the model again."
    case .configuration(let file, let reason):
      "\(file): \(reason)"
    }
  }
}
