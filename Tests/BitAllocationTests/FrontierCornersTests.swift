import BitAllocation
import Testing

@Suite("The corners of all allocations")
struct FrontierCornersTests {
  @Test("are best for what they take", arguments: TableKind.allCases, 0..<10)
  func areBest(kind: TableKind, seed: UInt64) throws {
    let problem = AllocationProblem.random(kind, seed: seed, layers: 1...5, options: 1...4)
    let corners = problem.corners.map { (bits: $0.bits(in: problem), error: $0.error(in: problem)) }
    #expect(corners[0].bits == problem.smallestBits)
    for (corner, next) in zip(corners, corners.dropFirst()) {
      #expect(corner.bits < next.bits && corner.error > next.error)
    }
    let best = problem.layers.reduce(0) { $0 + ($1.options.map(\.error).min() ?? 0) }
    #expect(abs((corners.last?.error ?? -1) - best) <= 1e-9 * max(best, 1))
    // No allocation lies below a line through two corners that follow each other.
    for all in everyAllocation(of: problem) {
      for (left, right) in zip(corners, corners.dropFirst()) {
        let slope = (right.error - left.error) / Double(right.bits - left.bits)
        let line = left.error + slope * Double(all.bits - left.bits)
        #expect(all.error >= line - 1e-9 * max(left.error, 1))
      }
    }
  }

  private func everyAllocation(of problem: AllocationProblem) -> [(bits: Int, error: Double)] {
    problem.layers.reduce([(0, 0)]) { sums, layer in
      sums.flatMap { sum in layer.options.map { (sum.0 + $0.bits, sum.1 + $0.error) } }
    }
  }
}
