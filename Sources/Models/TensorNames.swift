/// The names of a checkpoint's tensors, and under which prefix it keeps the language model.
package struct TensorNames: Sendable {
  /// Every tensor there is.
  package let all: Set<String>
  /// What the names of embeddings, blocks and final norm begin with: "model", or a longer name where
  /// the model is part of another.
  package let body: String
  /// The name of the head.
  package let head: String
  /// Whether the model is part of another.
  package let isWrapped: Bool

  /// The names of a model, which may be part of another, as of a multimodal one. Older files have
  /// "language_model." before everything, newer ones "model.language_model." before all but the head.
  package init(_ all: Set<String>, isWrapped: Bool = false) {
    func isUsed(_ prefix: String) -> Bool { all.contains { $0.hasPrefix(prefix) } }
    self.all = all
    self.isWrapped = isWrapped
    if isUsed("language_model.model.") {
      (body, head) = ("language_model.model", "language_model.lm_head")
    } else if isUsed("model.language_model.") {
      (body, head) = ("model.language_model", "lm_head")
    } else {
      (body, head) = ("model", "lm_head")
    }
  }

  /// Whether a layer of this name is stored, as it is or quantized.
  package func hasLayer(_ name: String) -> Bool {
    all.contains("\(name).weight") || all.contains("\(name).q_weight")
  }

  /// The tensors that belong to neither the language model nor its head.
  package var others: [String] {
    all.filter { !$0.hasPrefix("\(body).") && !$0.hasPrefix("\(head).") }.sorted()
  }
}
