/// One transformer layer: residual sublayers, one after the other.
package struct Block: Sendable {
  /// The prefix its tensors share, such as "model.layers.0".
  package let name: String
  /// Counted from 0, as in the name.
  package let index: Int
  /// In the order they run: attention, then feed-forward.
  package let sublayers: [Sublayer]

  package init(name: String, index: Int, sublayers: [Sublayer]) {
    self.name = name
    self.index = index
    self.sublayers = sublayers
  }

  /// The linear layers by shared input, in the order they run: q,k,v → o → gate,up → down.
  package var stages: [[Linear]] { sublayers.flatMap { [$0.readers, [$0.writer]] } }

  /// The linear layers in the order they run.
  package var linears: [Linear] { stages.flatMap { $0 } }
}

/// `h + writer(mixer(readers(norm(h))))`: half a block.
package struct Sublayer: Sendable {
  /// What the hidden states go through before the readers; what the writer's output is added to
  /// doesn't.
  package let norm: RMSNorm
  /// The layers that read the normalized states: q, k, v or gate, up.
  package let readers: [Linear]
  /// What happens between the readers' outputs and the writer's input.
  package let mixer: Mixer
  /// The layer whose output is added to the hidden states: o or down.
  package let writer: Linear

  package init(norm: RMSNorm, readers: [Linear], mixer: Mixer, writer: Linear) {
    self.norm = norm
    self.readers = readers
    self.mixer = mixer
    self.writer = writer
  }
}

/// What a sublayer computes from its readers' outputs. It has no weights of its own.
package enum Mixer: Sendable {
  /// Causal attention over queries, keys and values.
  case attention(Attention)
  /// `activation(gate) · up`.
  case gated(Activation)
}

/// A function applied to every element.
package enum Activation: String, Sendable {
  case silu
}
