import Foundation
import Tensors

/// A block with its weights in memory, ready to run.
package struct LoadedBlock: Sendable {
  /// What the weights belong to.
  package let block: Block
  private var linears: [String: LoadedLinear] = [:]
  private var norms: [String: LoadedNorm] = [:]
  /// Matrices that decide which pathways tokens take, (experts, hidden) or (1, hidden).
  private var gates: [String: Matrix] = [:]
  private var attentions: [[PathwayIndex: LoadedAttention]] = []  // per sublayer

  /// Reads a block's weights. `length` is the longest sequence that will be run; `unit` multiplies
  /// with the weights of linear layers.
  package init(
    _ block: Block, from source: any WeightSource, length: Int, on unit: MatrixUnit = .current
  ) throws {
    self.block = block
    for linear in block.linears {
      linears[linear.name] = try LoadedLinear(linear, from: source, on: unit)
    }
    for branch in block.branches {
      for norm in [branch.norm, branch.outputNorm].compactMap(\.self) {
        norms[norm.name] = try LoadedNorm(norm, from: source)
      }
      for gate in branch.gates {
        gates[gate.tensor] = Matrix(
          rows: gate.shape[0], columns: gate.shape[1],
          elements: try source.floats(gate.tensor, shape: gate.shape))
      }
    }
    for sublayer in block.sublayers {
      var loaded: [PathwayIndex: LoadedAttention] = [:]
      for index in sublayer.pathwaysByInput.flatMap({ $0 }) {
        guard case .attention(let attention) = sublayer[index].mixer else { continue }
        loaded[index] = try LoadedAttention(attention, from: source, length: length)
      }
      attentions.append(loaded)
    }
  }

  /// The weights of a layer, (in, out).
  package func weights(of linear: Linear) -> Matrix { self[linear].weights }

  /// Puts other weights, (in, out), in a layer's place.
  package mutating func replaceWeights(of linear: Linear, with weights: Matrix) {
    precondition(weights.rows == linear.inputs && weights.columns == linear.outputs)
    linears[linear.name]!.weights = weights
  }

  /// A layer's output, (tokens, out), bias included.
  package func output(of linear: Linear, reading input: Matrix) -> Matrix {
    self[linear].output(reading: input)
  }

  private subscript(linear: Linear) -> LoadedLinear { linears[linear.name]! }
}

// MARK: - Which tokens go where

extension LoadedBlock {
  /// For every pathway of a sublayer the tokens of a sequence, (tokens, hidden), that take it.
  package func selections(_ states: Matrix, in sublayer: Int) -> [PathwayIndex: Selection] {
    var selections: [PathwayIndex: Selection] = [:]
    for (branchIndex, branch) in block.sublayers[sublayer].branches.enumerated() {
      let isChosen = branch.pathways.contains { $0.share != .whole }
      let input = isChosen ? normalized(states, for: branch) : nil
      let routed = branch.router.map { $0.route(input!, weights: gates[$0.tensor]!) }
      for (index, pathway) in branch.pathways.enumerated() {
        let place = PathwayIndex(branch: branchIndex, pathway: index)
        switch pathway.share {
        case .whole: selections[place] = .all
        case .routed(let expert): selections[place] = routed![expert]
        case .gated(let tensor):
          let products = Matrix.product(input!.part(), gates[tensor]!.transposedPart)
          selections[place] = Selection(shares: products.elements.map(logistic))
        }
      }
    }
    return selections
  }

  private func normalized(_ states: Matrix, for branch: Branch) -> Matrix {
    branch.norm.map { norms[$0.name]!(states) } ?? states
  }
}

// MARK: - Running

extension LoadedBlock {
  /// What a pathway's readers read, of the selected tokens: (tokens, hidden).
  package func input(
    _ states: Matrix, of index: PathwayIndex, in sublayer: Int, for selection: Selection
  ) -> Matrix {
    normalized(
      selection.tokens.map(states.gathered) ?? states,
      for: block.sublayers[sublayer].branches[index.branch])
  }

  /// What a pathway's writer reads, from the hidden states on.
  package func writerInput(
    _ states: Matrix, of index: PathwayIndex, in sublayer: Int, for selection: Selection
  ) -> Matrix {
    let input = input(states, of: index, in: sublayer, for: selection)
    let outputs = block.sublayers[sublayer][index].readers.map { output(of: $0, reading: input) }
    return mixed(outputs, of: index, in: sublayer, for: selection)
  }

  /// Runs a pathway on one sequence, (tokens, hidden), up to what its writer puts out.
  package func pass(
    _ states: Matrix, through index: PathwayIndex, in sublayer: Int, for selection: Selection
  ) -> PathwayPass {
    let input = input(states, of: index, in: sublayer, for: selection)
    let outputs = block.sublayers[sublayer][index].readers.map { output(of: $0, reading: input) }
    return finish(input: input, outputs: outputs, of: index, in: sublayer, for: selection)
  }

  /// The rest of a pathway when its readers have run.
  package func finish(
    input: Matrix, outputs: [Matrix], of index: PathwayIndex, in sublayer: Int,
    for selection: Selection
  ) -> PathwayPass {
    let mixed = mixed(outputs, of: index, in: sublayer, for: selection)
    return PathwayPass(
      selection: selection, input: input, outputs: outputs, mixed: mixed,
      written: output(of: block.sublayers[sublayer][index].writer, reading: mixed))
  }

  /// What a sublayer adds to the hidden states, given the sums of its branches: (tokens, hidden).
  package func added(_ sums: BranchSums, in sublayer: Int) -> Matrix {
    let branches = block.sublayers[sublayer].branches.indices
    return branches.dropFirst().reduce(output(of: 0, in: sublayer, sums)) {
      $0 + output(of: $1, in: sublayer, sums)
    }
  }

  /// What one of the branches adds.
  package func output(of branch: Int, in sublayer: Int, _ sums: BranchSums) -> Matrix {
    var sum = sums[branch]
    let branch = block.sublayers[sublayer].branches[branch]
    if let norm = branch.outputNorm { sum = norms[norm.name]!(sum) }
    if branch.outputScale != 1 { sum *= branch.outputScale }
    return sum
  }

  /// Runs the whole block on one sequence, (tokens, hidden).
  package func run(_ states: Matrix) -> Matrix {
    var states = states
    for (index, sublayer) in block.sublayers.enumerated() {
      let selections = selections(states, in: index)
      var sums = BranchSums(of: sublayer, like: states)
      for place in sublayer.pathwaysByInput.flatMap({ $0 }) {
        let selection = selections[place]!
        if selection.tokens?.isEmpty == true { continue }
        let written = pass(states, through: place, in: index, for: selection).written
        sums.add(written, of: place, for: selection)
      }
      states += added(sums, in: index)
    }
    return states
  }

  /// What happens between readers and writer.
  private func mixed(
    _ outputs: [Matrix], of index: PathwayIndex, in sublayer: Int, for selection: Selection
  ) -> Matrix {
    let pathway = block.sublayers[sublayer][index]
    let operands = zip(pathway.readers, outputs).flatMap { reader, output in
      reader.parts.isEmpty ? [output] : reader.parts.map { output.columns($0.rows.ranges) }
    }
    var result: Matrix
    switch pathway.mixer {
    case .attention:
      result = attentions[sublayer][index]!(
        query: operands[0], key: operands[1], value: operands[2])
    case .gated(let activation):
      result = operands[0]
      result.apply(activation)
      result.multiply(with: operands[1])
    case .plain(let activation):
      result = operands[0]
      result.apply(activation)
    }
    if let shares = selection.shares { result.scaleRows(by: shares) }
    return result
  }
}

private func logistic(_ x: Float) -> Float { Float(1 / (1 + exp(-Double(x)))) }
