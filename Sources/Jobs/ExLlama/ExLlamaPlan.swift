import BitAllocation
import Formats
import Models
import Quantization

/// What the command line of ExLlamaV2's converter has to say so that a model comes out as an
/// allocation has it.
package struct ExLlamaPlan: Equatable, Sendable {
  /// For `-b`: what the layers take without the head. It only goes into the converted model's
  /// `config.json`, since the exported file leaves no choice.
  package let bits: Double
  /// For `-hb`; nil if the converter doesn't know the head's layout.
  package let headBits: Int?
  /// The head's layer.
  package let head: String
  /// What the allocation gives the head.
  package let headOption: String

  /// Throws `ExLlamaError` if the allocation, whose path `file` is, has nothing for the head.
  package init(
    _ document: AllocationDocument, exported: ExLlamaMeasurement, file: String,
    of modules: ExLlamaModules
  ) throws {
    let taken = modules.measured.reduce(0) { $0 + (exported.options(of: $1)?[0].totalBits ?? 0) }
    let weights = modules.measured.reduce(0) { $0 + $1.paddedWeights }
    bits = (Double(taken) / Double(max(weights, 1)) * 10_000).rounded() / 10_000
    head = modules.head.name
    guard let option = document.options.first(where: { $0.layer == modules.head.name })?.option
    else {
      throw ExLlamaError.missingLayer(file: file, layer: modules.head.name)
    }
    headOption = option
    headBits = (try? QParams(parsing: option)).flatMap(EXL2Format.headBits(of:))
  }
}
