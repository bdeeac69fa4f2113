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
/// embeddings; `tie_word_embeddings` stays as it was.
package struct EXL2Format: OutputFormat {
  package let name = "exl2"

  package init() {}

  /// The classes that ExLlamaV2 0.3.2 loads under their own name. It takes any other for a Llama.
  private static let architectures = [
    "CohereForCausalLM", "Cohere2ForCausalLM", "Gemma2ForCausalLM",
    "Gemma3ForConditionalGeneration", "GemmaForCausalLM", "Glm4ForCausalLM", "GraniteForCausalLM",
    "LlamaForCausalLM", "LlavaForConditionalGeneration", "Mistral3ForConditionalGeneration",
    "MistralForCausalLM", "MixtralForCausalLM", "Phi3ForCausalLM",
    "Qwen2ForCausalLM", "Qwen2VLForConditionalGeneration", "Qwen2_5_VLForConditionalGeneration",
    "Qwen3ForCausalLM", "Qwen3MoeForCausalLM", "Starcoder2ForCausalLM",
  ]

  /// Apart from the family, ExLlamaV2 wants experts in every block or in none, the language model of
  /// a multimodal one where older files have it, and queries that don't grow: Ministral 3 comes in a
  /// wrapper that it takes for Mistral's.
  package func checkRuntime(_ model: ModelDescription) throws {
    func fail(_ reason: String) -> FormatError {
      .runtime("ExLlamaV2", format: name, architecture: model.architecture, reason: reason)
    }
    guard Self.architectures.contains(model.architecture) else {
      throw fail("it doesn't know \(model.architecture)")
    }
    if model.embeddingTensor.hasPrefix("model.language_model.") {
      throw fail("it doesn't find tensors that begin with 'model.language_model.'")
    }
    if model.blocks.flatMap(\.pathways).contains(where: \.mixer.scalesQueries) {
      throw fail("it doesn't scale queries by their positions")
    }
    let withExperts = model.blocks.filter { block in
      block.sublayers.contains { $0.branches.contains { $0.router != nil } }
    }
    if ![0, model.blocks.count].contains(withExperts.count) {
      throw fail("it wants experts in every block, and this model has blocks without")
    }
  }

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

  /// Fused projections apart.
  package func arranged(_ model: ModelDescription) -> ModelDescription { model.split }

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
    for tensor in description.plainTensors {
      let values = try model.weights.floats(tensor.tensor, shape: tensor.shape)
      try sink.write(tensor.name, floats: values, fromRow: 0)
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
      try sink.write(description.embeddingTensor, floats: rows.elements, fromRow: start)
    }
  }

  /// Everything but the linear layers' weights rounded to 16-bit floats.
  package func runtimeWeights(_ source: any WeightSource) -> any WeightSource {
    HalfPrecisionWeights(source: source)
  }

  /// The original with a `quantization_config`, where `head_bits` is a whole number, with rotary
  /// settings under the keys of transformers 4 if it has those of 5, and with StarCoder 2's epsilon
  /// under the key that ExLlamaV2 reads.
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
    return text.setting(
      olderRopeKeys(text.object) + epsilonKeys(text.object)
        + [("quantization_config", quantization)])
  }

  /// ExLlamaV2 reads rotary settings where transformers 4 wrote them, and takes its defaults where
  /// only `rope_parameters`, transformers 5's, are given. What it looks for in `text_config` it
  /// first looks for outside.
  private func olderRopeKeys(_ config: JSONObject) -> [(key: String, value: String)] {
    let text = config["text_config"]?.object
    guard var rope = (config["rope_parameters"] ?? text?["rope_parameters"])?.object else {
      return []
    }
    // Of two sets of settings it knows one; the other, of blocks with a window, is built in.
    if let full = rope["full_attention"]?.object { rope = full }
    var keys: [(key: String, value: String)] = []
    // It looks for this one outside the settings, whatever the file's age.
    for key in ["rope_theta", "partial_rotary_factor", "original_max_position_embeddings"] {
      if let value = rope[key], key == "rope_theta" || config[key] == nil {
        keys.append((key, value.json))
      }
    }
    if let type = rope["rope_type"], type.text != "default" {
      // It refuses an object that has both "type" and "rope_type".
      let members = rope.members.map { (key: $0.key.text, value: $0.value.json) }
        .filter { !["rope_theta", "partial_rotary_factor", "type"].contains($0.key) }
      keys.append(("rope_scaling", indentedJSON(members, depth: 1)))
    }
    return keys
  }

  /// StarCoder 2 has "norm_epsilon", for which ExLlamaV2 looks under another name.
  private func epsilonKeys(_ config: JSONObject) -> [(key: String, value: String)] {
    let key = "layer_norm_epsilon"
    guard let epsilon = config["norm_epsilon"], config[key] == nil else { return [] }
    return [(key, epsilon.json)]
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

  /// Everything that is stored as 16-bit floats.
  private func unquantized(_ model: ModelDescription) -> [TensorDescription] {
    var result = [
      TensorDescription(
        model.embeddingTensor, .f16, [model.vocabularySize, model.hiddenSize])
    ]
    result += model.plainTensors.map { TensorDescription($0.name, .f16, $0.shape) }
    result += model.linears.compactMap { linear in
      linear.hasBias ? TensorDescription(Self.biasName(of: linear), .f16, [linear.outputs]) : nil
    }
    return result
  }

  /// The name that a layer's bias has in a file.
  static func biasName(of linear: Linear) -> String { "\(linear.name).bias" }
}
