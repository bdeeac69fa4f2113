/// The layers that can differ from a corner of the frontier in a better allocation, those that cost
/// least to move first.
struct Core {
  let layers: [Layer]
  /// For every layer what bits cost in the layers after it.
  let remainders: [Remainder]

  /// A layer with a choice.
  struct Layer {
    /// The index among the problem's layers.
    let index: Int
    /// One of them is to stay.
    let moves: [Move]
    /// Excess per bit of the cheapest move that takes more bits than the corner, if there is any.
    let upgradeRate: Int128?
    /// The same for moves that take fewer.
    let downgradeRate: Int128?
  }

  /// What changes when a layer takes another point than at the corner.
  struct Move {
    let point: Int
    let bits: Int
    let error: Int
    /// Zero or more, because the corner is optimal at the going rate.
    let excess: Int128
  }

  /// What bits cost at least in a number of layers.
  struct Remainder {
    /// Excess per unspent bit: of an upgrade, or the going rate for leaving it unspent.
    let unspent: Int128
    /// Excess per bit to be saved, `nil` where none can be.
    let overspent: Int128?
  }

  /// `rate` is the step out of the corner; moves with an excess above `room` are of no use.
  init(of problem: ScaledProblem, around corner: [Int], rate: Step, room: Int128) {
    let limit = room.approximate
    layers = problem.layers.indices
      .compactMap { index in
        let moves = Self.moves(
          of: problem.layers[index], from: corner[index], rate: rate, room: room, limit: limit)
        return moves.count > 1 ? Layer(index: index, moves: moves) : nil
      }
      .sorted { ($0.lowestRate, $0.index) < ($1.lowestRate, $1.index) }

    let none = Remainder(unspent: Int128(rate.gain), overspent: nil)
    let fromTheEnd = layers.reversed().reduce(into: [none]) { remainders, layer in
      let last = remainders[remainders.count - 1]
      remainders.append(
        Remainder(
          unspent: min(last.unspent, layer.upgradeRate ?? last.unspent),
          overspent: smaller(last.overspent, layer.downgradeRate)))
    }
    remainders = fromTheEnd.dropLast().reversed()
  }
}

extension Core {
  /// The moves of a layer from a point with an excess of at most `room`, which is about `limit`;
  /// staying is among them.
  private static func moves(
    of points: [ScaledProblem.Point], from start: Int, rate: Step, room: Int128, limit: Double
  ) -> [Move] {
    let start = points[start]
    var moves: [Move] = []
    // Most points are far from the hull. Floating point tells so quickly; what it can't tell apart
    // is left to whole numbers.
    let (stepBits, gain) = (Double(rate.bits), Double(rate.gain))
    for point in points.indices {
      let target = points[point]
      let (bits, error) = (target.bits - start.bits, target.error - start.error)
      let (loss, saving) = (Double(error) * stepBits, Double(bits) * gain)
      guard loss + saving <= limit + (abs(loss) + abs(saving)) * 0x1p-50 else { continue }
      let excess = rate.excess(bits: bits, error: error)
      guard excess <= room else { continue }
      moves.append(Move(point: point, bits: bits, error: error, excess: excess))
    }
    return moves
  }
}

extension Core.Layer {
  fileprivate init(index: Int, moves: [Core.Move]) {
    self.index = index
    self.moves = moves
    upgradeRate = cheapestRate(of: moves.filter { $0.bits > 0 })
    downgradeRate = cheapestRate(of: moves.filter { $0.bits < 0 })
  }

  fileprivate var lowestRate: Int128 { smaller(upgradeRate, downgradeRate) ?? 0 }
}

/// Rounded down, and small enough to be multiplied by any number of bits.
private func cheapestRate(of moves: [Core.Move]) -> Int128? {
  moves
    .map { $0.excess / Int128(abs($0.bits)) }
    .min()
    .map { min($0, Int128(Int.max)) }
}

private func smaller(_ a: Int128?, _ b: Int128?) -> Int128? {
  guard let a, let b else { return a ?? b }
  return min(a, b)
}
