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
/// Embeddings, norms, routers and biases are 16-bit floats. Fused projections are stored apart, under
/// the names that Llama's have, and experts one by one. A tied head is quantized and stored beside the
/// embeddings; `tie_word_embeddings` stays as it was. Which models ExLlamaV2 can load, and what it
/// computes otherwise than they were made to, is in `EXL2Format+Runtime.swift`.
package struct EXL2Format: OutputFormat {
  package let name = "exl2"

  package init() {}

  /// Throws unless all layers have a multiple of 32 inputs, at most 65,536, and those with a bias
  /// have outputs that need no padding.
  package func checkShapes(_ model: ModelDescription) throws {
    for linear in arranged(model).linears {
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

  /// Fused projections apart, Gemma 3 inside the multimodal model that ExLlamaV2 knows it as, and
  /// down in its own order where gate or up has a bias: ExLlamaV2 moves the columns of these as
  /// down's rows are ordered, but not their biases.
  package func arranged(_ model: ModelDescription) -> ModelDescription {
    let prefix = prefix(of: model)
    var arranged = model.mapPathways { pathway in
      var pathway = pathway.split.mapLinears { linear in
        var linear = linear
        linear.name = prefix + linear.name
        return linear
      }
      if case .attention = pathway.mixer { return pathway }
      if pathway.readers.contains(where: \.hasBias) { pathway.writer.keepsInputOrder = true }
      return pathway
    }
    arranged.head.name = prefix + model.head.name
    return arranged
  }

  /// What the names of all tensors get in front.
  private func prefix(of model: ModelDescription) -> String {
    model.architecture == Self.loneGemma3 ? "language_model." : ""
  }

  /// The class of Gemma 3's language model by itself.
  static let loneGemma3 = "Gemma3ForCausalLM"

  /// Embeddings, norms, routers and biases, then the layers, the head last; of a layer without an
  /// option only the bias.
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

  /// Writes embeddings, norms, routers and biases as 16-bit floats. Throws `CheckpointError` for
  /// values that are beyond their range.
  package func writeUnquantized(of model: Model, to sink: any TensorSink) throws {
    let description = model.description
    let prefix = prefix(of: description)
    for tensor in description.plainTensors {
      let values = try model.weights.floats(tensor.tensor, shape: tensor.shape)
      try sink.write(prefix + tensor.name, floats: values, fromRow: 0)
    }
    for linear in description.linears {
      guard let values = try model.weights.bias(of: linear) else { continue }
      try sink.write(Self.biasName(of: linear), floats: values, fromRow: 0)
    }
    // A piece at a time: an embedding can be larger than everything else that is in memory.
    let piece = 4096
    for start in stride(from: 0, to: description.vocabularySize, by: piece) {
      let tokens = start..<min(start + piece, description.vocabularySize)
      let rows = try model.weights.embeddings(
        of: tokens.map(Int32.init), in: description.embeddingTensor, width: description.hiddenSize)
      try sink.write(prefix + description.embeddingTensor, floats: rows.elements, fromRow: start)
    }
  }

  /// Everything but the linear layers' weights rounded to 16-bit floats.
  package func runtimeWeights(_ source: any WeightSource) -> any WeightSource {
    HalfPrecisionWeights(source: source)
  }

  /// The original with a `quantization_config`, where `head_bits` is a whole number, and with what
  /// ExLlamaV2 needs to be told (`EXL2Configuration`).
  package func configuration(
    _ original: Data, file: String, _ facts: ConversionFacts, of model: ModelDescription
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
    return text.setting(
      EXL2Configuration(text.object, model).members + [("quantization_config", quantization)])
  }

  /// Whether the name of any tensor ends in ".q_invperm".
  package func recognizes(_ checkpoint: Checkpoint) -> Bool {
    checkpoint.tensorNames.contains { $0.hasSuffix(".q_invperm") }
  }

  /// Throws `ModelError` unless embeddings, norms, routers and biases are there in the right shapes. Layers
  /// are checked when they are read.
  package func weights(
    of checkpoint: Checkpoint, _ model: ModelDescription
  ) throws -> any WeightSource {
    for tensor in unquantized(model) {
      try checkpoint.check(tensor.name, shape: tensor.shape)
    }
    return EXL2Weights(checkpoint)
  }

  /// A layer that is stored as plain floats counts as such.
  package func storedBits(of checkpoint: Checkpoint, _ model: ModelDescription) throws -> Int {
    let names = model.linears.flatMap { linear in
      EXL2Layer.Tensor.allCases.map { $0.name(in: linear) }
        + ["\(linear.name).weight", Self.biasName(of: linear)]
    }
    return try names.filter(checkpoint.contains).reduce(0) {
      try $0 + 8 * checkpoint.description(of: $1).byteCount
    }
  }

  /// Everything that is stored as 16-bit floats.
  private func unquantized(_ model: ModelDescription) -> [TensorDescription] {
    let prefix = prefix(of: model)
    var result = [
      TensorDescription(
        prefix + model.embeddingTensor, .f16, [model.vocabularySize, model.hiddenSize])
    ]
    result += model.plainTensors.map { TensorDescription(prefix + $0.name, .f16, $0.shape) }
    result += model.linears.compactMap { linear in
      linear.hasBias ? TensorDescription(Self.biasName(of: linear), .f16, [linear.outputs]) : nil
    }
    return result
  }

  /// The name that a layer's bias has in a file.
  static func biasName(of linear: Linear) -> String { "\(linear.name).bias" }
}
