import Tensors

/// `writer(mixer(readers(x)))`: one way for a token, from normalized states to what is added to the
/// stream. An attention is one, and a feed-forward, and every expert.
package struct Pathway: Sendable {
  /// The layers that read the input: q, k, v or gate, up, or one that holds these fused.
  package let readers: [Linear]
  /// What happens between the readers' outputs and the writer's input.
  package let mixer: Mixer
  /// The layer whose output is added to the hidden states: o or down.
  package var writer: Linear
  /// Which tokens go here, and how much of the output they get.
  package let share: Share

  package init(readers: [Linear], mixer: Mixer, writer: Linear, share: Share = .whole) {
    // A share is applied to what the writer reads, which leaves a bias out.
    precondition(share == .whole || (!writer.hasBias && readers.allSatisfy { !$0.hasBias }))
    self.readers = readers
    self.mixer = mixer
    self.writer = writer
    self.share = share
  }

  /// Whether a router decides which tokens it gets.
  package var isRouted: Bool {
    if case .routed = share { true } else { false }
  }

  /// In the order they run.
  package var linears: [Linear] { readers + [writer] }

  /// The same with every fused projection as the layers it consists of.
  package var split: Pathway {
    Pathway(readers: readers.flatMap(\.split), mixer: mixer, writer: writer, share: share)
  }

  /// The same with other layers in the places of these.
  package func mapLinears(_ transform: (Linear) -> Linear) -> Pathway {
    Pathway(
      readers: readers.map(transform), mixer: mixer, writer: transform(writer), share: share)
  }
}

/// Which tokens a pathway gets.
package enum Share: Sendable, Hashable {
  /// All, and all of its output.
  case whole
  /// Those that the branch's router sends to this expert, with the share it gives them.
  case routed(expert: Int)
  /// All, with a share that is the logistic function of a product with this tensor, (1, hidden).
  case gated(tensor: String)
}

/// What a pathway computes from its readers' outputs.
package enum Mixer: Sendable {
  /// Causal attention over queries, keys and values.
  case attention(Attention)
  /// `activation(gate) · up`.
  case gated(ElementFunction)
  /// `activation(up)`.
  case plain(ElementFunction)

  /// The norms inside it.
  var norms: [Norm] {
    guard case .attention(let attention) = self else { return [] }
    return [attention.queryNorm, attention.keyNorm].compactMap(\.self)
  }
}
