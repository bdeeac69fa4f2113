import BitAllocation
import Foundation
import Jobs

/// What `bpw frontier` shows: a line per corner, or per size that was asked for.
struct FrontierReport: Encodable {
  let measurement: String
  let weights: Int
  let smallestBitsPerWeight: Double
  let largestBitsPerWeight: Double
  let points: [Point]

  struct Point: Encodable {
    let bitsPerWeight: Double
    let bits: Int
    let error: Double
    /// Error that another tenth of a bit per weight would save, at the going rate.
    let savedPerTenthBit: Double
    let proven: Bool
    /// The layer that changes from the corner before.
    let layer: String?
    /// Its new option.
    let option: String?

    enum CodingKeys: String, CodingKey {
      case bits, error, proven, layer, option
      case bitsPerWeight = "bits_per_weight"
      case savedPerTenthBit = "saved_per_tenth_bit"
    }
  }

  /// The corners, or the best allocations for `sizes`.
  init(_ problem: AllocationProblem, sizes: [Double]?, measurement: String) throws {
    self.measurement = measurement
    weights = problem.weights
    smallestBitsPerWeight = problem.reachableBitsPerWeight.lowerBound
    largestBitsPerWeight = problem.reachableBitsPerWeight.upperBound
    let solver = ExactSolver(problem.layers)
    let total = Double(problem.weights)
    guard let sizes else {
      points = solver.frontier.map { point in
        let layer = point.change.map { problem.layers[$0.layer] }
        return Point(
          bitsPerWeight: Double(point.bits) / total, bits: point.bits, error: point.error,
          savedPerTenthBit: point.lambda * total / 10, proven: true, layer: layer?.name,
          option: point.change.flatMap { layer?.options[$0.option].name })
      }
      return
    }
    points = try sizes.map { size in
      var problem = problem
      problem.budget = Budget.wholeBits(size, weights: problem.weights)
      try problem.checkBudget()
      let solution = solver.solution(budget: problem.budget)
      let allocation = Allocation(choices: solution.choices)
      let bits = allocation.bits(in: problem)
      return Point(
        bitsPerWeight: Double(bits) / total, bits: bits, error: allocation.error(in: problem),
        savedPerTenthBit: solution.lambda * total / 10, proven: solution.isProven, layer: nil,
        option: nil)
    }
  }

  enum CodingKeys: String, CodingKey {
    case measurement, weights, points
    case smallestBitsPerWeight = "smallest_bits_per_weight"
    case largestBitsPerWeight = "largest_bits_per_weight"
  }

  func print(_ reporting: ReportingOptions, to console: Console) throws {
    if reporting.json {
      console.result(try Report("frontier", self).text())
      return
    }
    let hasChanges = points.contains { $0.layer != nil }
    var table = Table(
      ["bits per weight", "error", "0.1 bit more saves at most", ""]
        + (hasChanges ? ["change"] : []))
    for point in points {
      let share = point.error > 0 ? point.savedPerTenthBit / point.error * 100 : 0
      table.add(
        [
          String(format: "%.4f", point.bitsPerWeight), point.error.formatted(digits: 5),
          point.savedPerTenthBit.formatted(digits: 3), String(format: "%.1f %%", share),
        ] + (hasChanges ? ["\(point.layer ?? "all")  \(point.option ?? "smallest")"] : []))
    }
    for line in table.lines { console.result(line) }
    if hasChanges {
      console.result("")
      console.result(
        "\(points.count) corners: none of their sizes can have a smaller error. 0.1 bit more saves at "
          + "most what is listed, since each step saves less per bit than the one before.")
    }
  }
}
