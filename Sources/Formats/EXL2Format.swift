import ByteJSON
import Checkpoints
import Foundation
import Models
import Quantization
import Tensors

/// ExLlamaV2's format, as its version 0.3.2 writes and loads it.
///
/// A quantized layer `<key>` with K inputs, N outputs (padded to a multiple of 32) and G groups:
///
/// | tensor | type | shape | |
/// |---|---|---|---|
/// | `<key>.q_weight` | I32 | Q, N | codes, packed down the columns |
/// | `<key>.q_scale` | I32 | G, N / 8 | 4-bit scale codes, packed along the rows |
/// | `<key>.q_scale_max` | F16 | G | largest scale of each group |
/// | `<key>.q_groups` | I16 | 2 G | bits and first packed row of each group |
/// | `<key>.q_invperm` | I32 | K | packed row of every input feature |
/// | `<key>.bias` | F16 | N | where the layer has one |
///
/// Embeddings, norms and biases are 16-bit floats. A tied head is quantized and stored beside the
/// embeddings; `tie_word_embeddings` stays as it was.
package struct EXL2Format: OutputFormat {
  package let name = "exl2"

  package init() {}

  /// Throws unless all layers have a multiple of 32 inputs, at most 65,536, and those with a bias
  /// have outputs that need no padding.
  package func check(_ model: ModelDescription) throws {
    for linear in model.linears {
      guard linear.inputs % 32 == 0 else {
        throw FormatError.inputsNotMultiple(
          layer: linear.name, inputs: linear.inputs, of: 32, format: name)
      }
      guard linear.inputs <= 65_536 else {
        throw FormatError.tooManyInputs(
          layer: linear.name, inputs: linear.inputs, limit: 65_536, format: name)
      }
      guard !linear.hasBias || linear.outputs % 32 == 0 else {
        throw FormatError.paddedBias(layer: linear.name, outputs: linear.outputs, format: name)
      }
    }
  }

  /// Embeddings, norms and biases, then the layers, the head last; of a layer without an option
  /// only the bias.
  package func tensors(
    of model: ModelDescription, options: [String: QParams]
  ) throws -> [TensorDescription] {
    var result = unquantized(model)
    for linear in model.linears {
      guard let option = options[linear.name] else { continue }
      result += try EXL2Layer.tensors(of: linear, option: option)
    }
    return result
  }

  package func encode(_ matrix: QuantizedMatrix, of layer: Linear) throws -> [StoredTensor] {
    EXL2Layer(packing: matrix).tensors(of: layer)
  }

  /// Writes embeddings, norms and biases as 16-bit floats. Throws `CheckpointError` for values that
  /// are beyond their range.
  package func writeUnquantized(of model: Model, to sink: any TensorSink) throws {
    let description = model.description
    for tensor in unquantized(description) where tensor.name != description.embeddingTensor {
      let values = try model.weights.vector(tensor.name, count: tensor.elementCount)
      try sink.write(tensor.name, floats: values, fromRow: 0)
    }
    // A piece at a time: an embedding can be larger than everything else that is in memory.
    let piece = 4096
    for start in stride(from: 0, to: description.vocabularySize, by: piece) {
      let tokens = start..<min(start + piece, description.vocabularySize)
      let rows = try model.weights.embeddings(
        of: tokens.map(Int32.init), in: description.embeddingTensor, width: description.hiddenSize)
      try sink.write(description.embeddingTensor, floats: rows.elements, fromRow: start)
    }
  }

  /// Everything but the linear layers' weights rounded to 16-bit floats.
  package func runtimeWeights(_ source: any WeightSource) -> any WeightSource {
    HalfPrecisionWeights(source: source)
  }

  /// The original with a `quantization_config`, where `head_bits` is a whole number, and with
  /// rotary settings under the keys of transformers 4 if it has those of 5.
  package func configuration(
    _ original: Data, file: String, _ facts: ConversionFacts
  ) throws -> Data {
    let calibration = indentedJSON(
      [
        ("rows", "\(facts.rows)"), ("length", "\(facts.tokens)"),
        ("dataset", quotedJSON(facts.dataset)),
      ], depth: 2)
    let bits = (facts.bitsPerWeight * 10_000).rounded() / 10_000
    let quantization = indentedJSON(
      [
        ("quant_method", quotedJSON(name)), ("version", quotedJSON("0.3.2")),
        ("bits", "\(bits)"), ("head_bits", "\(Int(facts.headBits.rounded()))"),
        ("calibration", calibration),
      ], depth: 1)
    let text = try ConfigurationText(original, file: file)
    return text.setting(olderRopeKeys(text.object) + [("quantization_config", quantization)])
  }

  /// ExLlamaV2 reads rotary settings where transformers 4 wrote them, and takes its defaults where
  /// only `rope_parameters`, transformers 5's, are given.
  private func olderRopeKeys(_ config: JSONObject) -> [(key: String, value: String)] {
    guard let rope = config["rope_parameters"]?.object else { return [] }
    var keys: [(key: String, value: String)] = []
    if let theta = rope["rope_theta"] { keys.append(("rope_theta", theta.json)) }
    if let type = rope["rope_type"], type.text != "default" {
      // It refuses an object that has both "type" and "rope_type".
      let members = rope.members.map { (key: $0.key.text, value: $0.value.json) }
        .filter { !["rope_theta", "type"].contains($0.key) }
      keys.append(("rope_scaling", indentedJSON(members, depth: 1)))
    }
    return keys
  }

  /// Whether the name of any tensor ends in ".q_invperm".
  package func recognizes(_ checkpoint: Checkpoint) -> Bool {
    checkpoint.tensorNames.contains { $0.hasSuffix(".q_invperm") }
  }

  /// Throws `ModelError` unless embeddings, norms and biases are there in the right shapes. Layers
  /// are checked when they are read.
  package func weights(
    of checkpoint: Checkpoint, _ model: ModelDescription
  ) throws -> any WeightSource {
    for tensor in unquantized(model) {
      try checkpoint.check(tensor.name, shape: tensor.shape)
    }
    return EXL2Weights(checkpoint)
  }

  /// Everything that is stored as 16-bit floats.
  private func unquantized(_ model: ModelDescription) -> [TensorDescription] {
    var result = [
      TensorDescription(
        model.embeddingTensor, .f16, [model.vocabularySize, model.hiddenSize])
    ]
    result += model.norms.map { TensorDescription($0.tensor, .f16, [$0.width]) }
    result += model.linears.compactMap { linear in
      linear.biasTensor.map { TensorDescription($0, .f16, [linear.outputs]) }
    }
    return result
  }
}
