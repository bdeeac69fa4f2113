/// What a layer does, whatever its family calls it.
enum LayerRole: Int {
  // In the order in which bits are usually thought to help most.
  case head, value, down, output, key, query, other

  init(_ layer: AllocationProblem.Layer) {
    self =
      switch layer.role {
      case "lm_head", "embed_out", "output": .head
      case "v_proj", "wv", "qkv_proj", "query_key_value", "Wqkv", "self_attn": .value
      case "down_proj", "w2", "fc2", "dense_4h_to_h", "output_linear", "mlp", "block_sparse_moe":
        .down
      case "o_proj", "wo", "dense", "out_proj": .output
      case "k_proj", "wk": .key
      case "q_proj", "wq": .query
      // Attention's and the feed-forward's last projection have the same name here and there.
      case "c_proj": layer.name.contains("mlp") ? .down : .output
      default: .other
      }
  }
}
