import Models
import Quantization

extension ExLlamaModule {
  /// What the layers take in these layouts, one per projection: what ExLlamaV2 counts as
  /// `total_bits`. Biases are counted, and outputs with their padding.
  func memberBits(_ layouts: [QParams]) throws -> [Int] {
    try pathways.flatMap { linears in
      try zip(linears, layouts).map { linear, option in
        try option.storedBits(
          inputs: linear.inputs, outputs: linear.outputs, hasBias: linear.hasBias)
      }
    }
  }

  /// Weights as ExLlamaV2 counts them when it turns bits per weight into a budget, padding
  /// included.
  var paddedWeights: Int {
    linears.reduce(0) { $0 + $1.inputs * QParams.paddedOutputs($1.outputs) }
  }
}
