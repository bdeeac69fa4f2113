import BitAllocation
import Checkpoints
import Formats
import Models
import Quantization

/// The format that a file names. Throws `JobError.unknownFormat` if there is none of that name.
func namedOutputFormat(_ name: String) throws -> any OutputFormat {
  guard let format = allOutputFormats.first(where: { $0.name == name }) else {
    throw JobError.unknownFormat(name, known: allOutputFormats.map(\.name))
  }
  return format
}

/// What can be known before hours are spent on measuring.
extension OptionMenu {
  /// The format that the options belong to.
  package static var outputFormat: any OutputFormat {
    get throws { try namedOutputFormat(format) }
  }

  /// Throws `FormatError` if the menu's format can't hold layers of these shapes.
  package func check(_ model: ModelDescription) throws {
    try Self.outputFormat.checkShapes(model)
  }

  /// The model with the layers that the options are for.
  package static func arranged(_ model: ModelDescription) throws -> ModelDescription {
    try outputFormat.arranged(model)
  }

  /// What measuring a model will give, with errors of zero: enough to tell whether a size can be
  /// reached. `companions` are the tensors that are copied.
  package func plan(
    of model: ModelDescription, companions: [TensorDescription]
  ) throws -> BitAllocation.Measurement {
    let arranged = try Self.arranged(model)
    let blocks = Dictionary(
      arranged.blocks.flatMap { block in block.linears.map { ($0.name, block.index) } },
      uniquingKeysWith: { first, _ in first })
    let layers = try arranged.linears.map { linear in
      MeasuredLayer(
        name: linear.name, block: blocks[linear.name], role: linear.role, inputs: linear.inputs,
        outputs: linear.outputs, reference: [1],
        options: try options.map { option in
          MeasuredOption(
            option: option.description,
            bits: try option.storedBits(
              inputs: linear.inputs, outputs: linear.outputs, hasBias: linear.hasBias),
            errors: [0])
        })
    }
    return BitAllocation.Measurement(
      model: .init(
        architecture: model.architecture, blocks: model.blocks.count,
        weights: layers.reduce(0) { $0 + $1.weights }, fingerprint: ""),
      calibration: .init(
        rows: 1, tokens: 1, seed: 0, sources: [], strata: [""], rowStrata: [0], randomRows: 0,
        fingerprint: ""),
      settings: MeasureSettings().description(menu: ""),
      storage: try storage(of: model, companions: companions), layers: layers)
  }

  /// What a model takes besides its layers.
  package func storage(
    of model: ModelDescription, companions: [TensorDescription]
  ) throws -> BitAllocation.Measurement.Storage {
    try .init(of: model, companions: companions, in: Self.outputFormat, menu: self)
  }
}
