import Tensors

/// A block with its weights in memory, ready to run.
package struct LoadedBlock: Sendable {
  /// What the weights belong to.
  package let block: Block
  private var linears: [String: LoadedLinear] = [:]
  private var norms: [String: [Float]] = [:]
  private var tables: [RotaryTables?]  // per sublayer

  /// Reads a block's weights. `length` is the longest sequence that will be run.
  package init(_ block: Block, from source: any WeightSource, length: Int) throws {
    self.block = block
    for linear in block.linears {
      linears[linear.name] = try LoadedLinear(linear, from: source)
    }
    for norm in block.sublayers.map(\.norm) {
      norms[norm.tensor] = try source.vector(norm.tensor, count: norm.width)
    }
    tables = block.sublayers.map { sublayer in
      guard case .attention(let attention) = sublayer.mixer else { return nil }
      return attention.rope.tables(length: length)
    }
  }

  /// The weights of a layer, (in, out).
  package func weights(of linear: Linear) -> Matrix { self[linear].weights }

  /// Puts other weights, (in, out), in a layer's place.
  package mutating func replaceWeights(of linear: Linear, with weights: Matrix) {
    precondition(weights.rows == linear.inputs && weights.columns == linear.outputs)
    linears[linear.name]!.weights = weights
  }

  /// What a sublayer's readers read: the normalized hidden states, (tokens, hidden).
  package func normalized(_ states: Matrix, in sublayer: Int) -> Matrix {
    let norm = block.sublayers[sublayer].norm
    return norm(states, weight: norms[norm.tensor]!)
  }

  /// A layer's output, (tokens, out), bias included.
  package func output(of linear: Linear, reading input: Matrix) -> Matrix {
    self[linear].output(reading: input)
  }

  /// Runs one sublayer on one sequence, (tokens, hidden), up to what is added to it.
  package func pass(_ states: Matrix, through sublayer: Int) -> SublayerPass {
    let input = normalized(states, in: sublayer)
    let outputs = block.sublayers[sublayer].readers.map { output(of: $0, reading: input) }
    return finish(input: input, outputs: outputs, in: sublayer)
  }

  /// The rest of a sublayer when its readers have run.
  package func finish(input: Matrix, outputs: [Matrix], in sublayer: Int) -> SublayerPass {
    let mixed = mixed(outputs, in: sublayer)
    return SublayerPass(
      input: input, outputs: outputs, mixed: mixed,
      written: output(of: block.sublayers[sublayer].writer, reading: mixed))
  }

  /// What a sublayer's writer reads, from the hidden states on.
  package func writerInput(_ states: Matrix, in sublayer: Int) -> Matrix {
    let input = normalized(states, in: sublayer)
    let outputs = block.sublayers[sublayer].readers.map { output(of: $0, reading: input) }
    return mixed(outputs, in: sublayer)
  }

  /// Runs the whole block on one sequence, (tokens, hidden).
  package func run(_ states: Matrix) -> Matrix {
    var states = states
    for index in block.sublayers.indices { states += pass(states, through: index).written }
    return states
  }

  /// What happens between readers and writer.
  private func mixed(_ outputs: [Matrix], in sublayer: Int) -> Matrix {
    switch block.sublayers[sublayer].mixer {
    case .attention(let attention):
      return attention(
        query: outputs[0], key: outputs[1], value: outputs[2], tables: tables[sublayer]!)
    case .gated(.silu):
      var gate = outputs[0]
      gate.siluTimes(outputs[1])
      return gate
    }
  }

  private subscript(linear: Linear) -> LoadedLinear { linears[linear.name]! }
}
