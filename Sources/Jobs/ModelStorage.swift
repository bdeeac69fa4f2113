import BitAllocation
import Checkpoints
import Formats
import Models
import Quantization

extension BitAllocation.Measurement.Storage {
  /// What a model takes besides its layers when a format holds it; the headers at most, whichever of
  /// a menu's options the layers get.
  init(
    of model: ModelDescription, companions: [TensorDescription], in format: any OutputFormat,
    menu: OptionMenu
  ) throws {
    let linears = format.arranged(model).linears
    var (unquantized, headers) = (0, 0)
    for option in menu.options {
      let options = Dictionary(
        linears.map { ($0.name, option) }, uniquingKeysWith: { first, _ in first })
      let tensors = try format.tensors(of: format.arranged(model), options: options) + companions
      let quantized = try linears.reduce(0) {
        try $0
          + option.storedBits(inputs: $1.inputs, outputs: $1.outputs, hasBias: $1.hasBias) / 8
      }
      unquantized = tensors.reduce(0) { $0 + $1.byteCount } - quantized
      // Of a mixture, any tensor's shape and offsets may have a digit more than in the same mixture's
      // other files.
      let digits = 4 * tensors.count
      headers = max(headers, try CheckpointWriter.headerBytes(of: tensors) + digits)
    }
    self.init(
      unquantizedBytes: unquantized, headerBytes: headers, cache: Self.cache(of: model))
  }

  /// Blocks that keep the same are listed together.
  private static func cache(of model: ModelDescription) -> [Cache] {
    var result: [Cache] = []
    for attention in model.blocks.flatMap(\.attentions) {
      let numbers = 2 * attention.keyValueHeads * attention.headDimension
      let place = result.firstIndex {
        $0.numbersPerToken == numbers && $0.window == attention.window
      }
      if let place {
        result[place].blocks += 1
      } else {
        result.append(Cache(blocks: 1, numbersPerToken: numbers, window: attention.window))
      }
    }
    return result
  }
}

extension Block {
  fileprivate var attentions: [Attention] {
    branches.flatMap(\.pathways).compactMap {
      if case .attention(let attention) = $0.mixer { attention } else { nil }
    }
  }
}
