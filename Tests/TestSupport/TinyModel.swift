import Checkpoints
import Foundation
import Tensors

/// A model folder with random weights and a tokenizer whose tokens are bytes: small enough to run
/// through everything in a second.
package struct TinyModel {
  package var architecture = "LlamaForCausalLM"
  package var hidden = 64
  package var intermediate = 96
  package var heads = 4
  package var keyValueHeads = 2
  package var blocks = 2
  /// Not a multiple of 32, so that heads are padded.
  package var vocabulary = 301
  package var isTied = false
  package var attentionBias = false
  /// Above zero, a Mixtral with so many experts, of which each token goes through two.
  package var experts = 0
  package var dtype = TensorType.f32
  package var seed: UInt64 = 1
  /// More keys of `config.json`, as JSON.
  package var extra: [String: String] = [:]

  package init() {}

  /// The tensors and their shapes.
  package var tensors: [TensorDescription] {
    let head = hidden / heads
    var list = [TensorDescription("model.embed_tokens.weight", dtype, [vocabulary, hidden])]
    func add(_ name: String, _ shape: [Int]) { list.append(TensorDescription(name, dtype, shape)) }
    for block in 0..<blocks {
      let name = "model.layers.\(block)"
      let outputs = ["q": heads * head, "k": keyValueHeads * head, "v": keyValueHeads * head]
      for (role, size) in outputs.sorted(by: { $0.key < $1.key }) {
        add("\(name).self_attn.\(role)_proj.weight", [size, hidden])
        if attentionBias { add("\(name).self_attn.\(role)_proj.bias", [size]) }
      }
      add("\(name).self_attn.o_proj.weight", [hidden, heads * head])
      if attentionBias { add("\(name).self_attn.o_proj.bias", [hidden]) }
      if experts == 0 {
        add("\(name).mlp.gate_proj.weight", [intermediate, hidden])
        add("\(name).mlp.up_proj.weight", [intermediate, hidden])
        add("\(name).mlp.down_proj.weight", [hidden, intermediate])
      } else {
        add("\(name).block_sparse_moe.gate.weight", [experts, hidden])
      }
      for expert in 0..<experts {
        let expert = "\(name).block_sparse_moe.experts.\(expert)"
        add("\(expert).w1.weight", [intermediate, hidden])
        add("\(expert).w2.weight", [hidden, intermediate])
        add("\(expert).w3.weight", [intermediate, hidden])
      }
      add("\(name).input_layernorm.weight", [hidden])
      add("\(name).post_attention_layernorm.weight", [hidden])
    }
    add("model.norm.weight", [hidden])
    if !isTied { add("lm_head.weight", [vocabulary, hidden]) }
    return list
  }

  /// Writes the folder, and returns it. `changing` may alter a tensor's values.
  @discardableResult
  package func write(
    to directory: URL, changing: (String, inout [Float]) -> Void = { _, _ in }
  ) throws -> URL {
    let writer = try CheckpointWriter(at: directory, tensors: tensors, baseName: "model")
    for (index, tensor) in tensors.enumerated() {
      var generator = SeededGenerator(seed: seed, stream: UInt64(index))
      let isVector = tensor.shape.count == 1
      let scale = isVector ? 0.1 : 1.5 / Float(tensor.shape[1]).squareRoot()
      let offset: Float = tensor.name.contains("norm") ? 1 : 0
      var values = (0..<tensor.elementCount).map { _ in offset + scale * generator.nextNormal() }
      if tensor.name.contains("embed") { values = values.map { $0 * 4 } }
      changing(tensor.name, &values)
      try writer.write(tensor.name, floats: values)
    }
    try writer.addFile("config.json", Data(configuration.utf8))
    try writer.addFile("tokenizer.json", Data(Self.byteTokenizer.utf8))
    try writer.finish()
    return directory
  }

  package var configuration: String {
    var keys: [String: String] = [
      "architectures": "[\"\(experts == 0 ? architecture : "MixtralForCausalLM")\"]",
      "hidden_size": "\(hidden)", "intermediate_size": "\(intermediate)",
      "num_attention_heads": "\(heads)", "num_key_value_heads": "\(keyValueHeads)",
      "num_hidden_layers": "\(blocks)", "vocab_size": "\(vocabulary)",
      "max_position_embeddings": "256", "rms_norm_eps": "1e-05", "rope_theta": "10000.0",
      "attention_bias": "\(attentionBias)", "tie_word_embeddings": "\(isTied)",
    ]
    if experts > 0 { keys["num_local_experts"] = "\(experts)" }
    keys.merge(extra) { $1 }
    let lines = keys.sorted { $0.key < $1.key }.map { "  \"\($0.key)\": \($0.value)" }
    return "{\n\(lines.joined(separator: ",\n"))\n}\n"
  }

  /// A byte-level tokenizer without merges: id = 1 + rank of the byte's character, and `<s>` = 0,
  /// which is put in front.
  package static let byteTokenizer: String = {
    let direct = Array(0x21...0x7e) + Array(0xa1...0xac) + Array(0xae...0xff)
    let moved = (0..<256 - direct.count).map { 0x100 + $0 }
    let scalars = direct + moved
    let entries = scalars.enumerated().map { index, scalar in
      "\"\\u\(String(format: "%04x", scalar))\": \(index + 1)"
    }
    return """
      {"version": "1.0", "truncation": null, "padding": null,
       "added_tokens": [{"id": 0, "content": "<s>", "single_word": false, "lstrip": false,
         "rstrip": false, "normalized": false, "special": true}],
       "normalizer": null,
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
         "use_regex": true},
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
         "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}}},
       "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true,
         "use_regex": true},
       "model": {"type": "BPE", "dropout": null, "unk_token": null,
         "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false,
         "byte_fallback": false, "vocab": {"<s>": 0, \(entries.joined(separator: ", "))},
         "merges": []}}
      """
  }()
}
