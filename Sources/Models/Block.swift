/// One transformer layer: residual sublayers, one after the other.
package struct Block: Sendable {
  /// The prefix its tensors share, such as "model.layers.0".
  package let name: String
  /// Counted from 0, as in the name.
  package let index: Int
  /// In the order they run: attention, then feed-forward; or one with both.
  package let sublayers: [Sublayer]

  package init(name: String, index: Int, sublayers: [Sublayer]) {
    self.name = name
    self.index = index
    self.sublayers = sublayers
  }

  /// Every branch, in the order of sublayers.
  package var branches: [Branch] { sublayers.flatMap(\.branches) }

  /// The linear layers by shared input, in the order they run: q,k,v → o → gate,up → down.
  package var stages: [[Linear]] { sublayers.flatMap(\.stages) }

  /// The linear layers in the order they run.
  package var linears: [Linear] { stages.flatMap { $0 } }

  /// Every pathway, in the order of branches.
  package var pathways: [Pathway] { branches.flatMap(\.pathways) }

  /// Every norm, in order. One that two branches read through comes once.
  package var norms: [Norm] {
    var seen: Set<String> = []
    return branches.flatMap { branch in
      [branch.norm].compactMap(\.self) + branch.pathways.flatMap(\.mixer.norms)
        + [branch.outputNorm].compactMap(\.self)
    }.filter { seen.insert($0.name).inserted }
  }

  /// The same with other pathways in the places of these.
  package func mapPathways(_ transform: (Pathway) -> Pathway) -> Block {
    Block(name: name, index: index, sublayers: sublayers.map { $0.mapPathways(transform) })
  }
}

/// `h + Σ branch(h)`: what is added to the hidden states in one step. Attention and feed-forward are
/// two sublayers, or, where they run side by side, two branches of one.
package struct Sublayer: Sendable {
  /// All of them read the same states.
  package let branches: [Branch]

  package init(_ branches: [Branch]) { self.branches = branches }

  /// Pathways together with those that read the same input, in the order they run: an attention by
  /// itself, every expert by itself, attention and feed-forward behind one norm together.
  package var pathwaysByInput: [[PathwayIndex]] {
    var result: [[PathwayIndex]] = []
    for (branch, content) in branches.enumerated() {
      for (pathway, way) in content.pathways.enumerated() {
        let index = PathwayIndex(branch: branch, pathway: pathway)
        if way.share == .whole,
          let same = result.firstIndex(where: { others in
            self[others[0]].share == .whole && branches[others[0].branch].norm == content.norm
          })
        {
          result[same].append(index)
        } else {
          result.append([index])
        }
      }
    }
    return result
  }

  /// The linear layers by shared input, in the order they run.
  package var stages: [[Linear]] {
    pathwaysByInput.flatMap { places in
      [places.flatMap { self[$0].readers }] + places.map { [self[$0].writer] }
    }
  }

  /// The pathway at a place.
  package subscript(index: PathwayIndex) -> Pathway {
    branches[index.branch].pathways[index.pathway]
  }

  fileprivate func mapPathways(_ transform: (Pathway) -> Pathway) -> Sublayer {
    Sublayer(
      branches.map {
        Branch(
          norm: $0.norm, router: $0.router, pathways: $0.pathways.map(transform),
          outputNorm: $0.outputNorm, outputScale: $0.outputScale)
      })
  }
}

/// Where a pathway stands in its sublayer.
package struct PathwayIndex: Sendable, Hashable {
  /// The branch's index in the sublayer.
  package let branch: Int
  /// The pathway's index in the branch.
  package let pathway: Int

  package init(branch: Int, pathway: Int) { (self.branch, self.pathway) = (branch, pathway) }
}

/// `scale · outputNorm(Σ pathway(norm(h)))`.
package struct Branch: Sendable {
  /// What the hidden states go through before the pathways; nil for nothing.
  package let norm: Norm?
  /// What decides which of the pathways a token takes; nil where each takes all.
  package let router: Router?
  /// One, or one for each expert.
  package let pathways: [Pathway]
  /// What the sum goes through before it is added to the hidden states; nil for nothing.
  package let outputNorm: Norm?
  /// What the sum is multiplied with in the end.
  package let outputScale: Float

  package init(
    norm: Norm?, router: Router? = nil, pathways: [Pathway], outputNorm: Norm? = nil,
    outputScale: Float = 1
  ) {
    self.norm = norm
    self.router = router
    self.pathways = pathways
    self.outputNorm = outputNorm
    self.outputScale = outputScale
  }
}
