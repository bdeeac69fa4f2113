/// Where a block has norms: their names, nil where there is none.
struct BlockNorms {
  /// What attention reads through.
  var attention: String? = "input_layernorm"
  /// What its output goes through.
  var attentionOutput: String?
  var feedForward: String? = "post_attention_layernorm"
  var feedForwardOutput: String?
  /// Whether attention and feed-forward read the same states.
  var areParallel = false

  /// Attention and feed-forward side by side behind one norm.
  static let sideBySide = BlockNorms(feedForward: "input_layernorm", areParallel: true)

  /// The halves of a block as they run: one after the other, or both at once.
  func sublayers(_ attention: Branch, _ feedForward: Branch) -> [Sublayer] {
    areParallel
      ? [Sublayer([attention, feedForward])] : [Sublayer([attention]), Sublayer([feedForward])]
  }
}
