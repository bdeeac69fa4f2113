import BitAllocation
import Formats
import Models
import Quantization

/// What can be known before hours are spent on measuring.
extension OptionMenu {
  /// The format that the options belong to.
  package static var outputFormat: any OutputFormat {
    get throws {
      guard let format = allOutputFormats.first(where: { $0.name == format }) else {
        throw JobError.unknownFormat(format, known: allOutputFormats.map(\.name))
      }
      return format
    }
  }

  /// Throws `FormatError` if the menu's format can't hold layers of these shapes.
  package func check(_ model: ModelDescription) throws {
    try Self.outputFormat.checkShapes(model)
  }

  /// The model with the layers that the options are for.
  package static func arranged(_ model: ModelDescription) throws -> ModelDescription {
    try outputFormat.arranged(model)
  }

  /// The problem that measuring a model will pose, with errors of zero: enough to tell whether a
  /// size can be reached.
  package func problem(of model: ModelDescription, bitsPerWeight: Double) throws
    -> AllocationProblem
  {
    let layers = try Self.arranged(model).linears.map { linear in
      AllocationProblem.Layer(
        name: linear.name, weights: linear.weightCount,
        options: try options.map { option in
          AllocationProblem.Option(
            name: option.description,
            bits: try option.storedBits(
              inputs: linear.inputs, outputs: linear.outputs, hasBias: linear.hasBias),
            error: 0)
        })
    }
    let weights = layers.reduce(0) { $0 + $1.weights }
    return AllocationProblem(
      layers: layers, budget: Budget.wholeBits(bitsPerWeight, weights: weights))
  }
}
