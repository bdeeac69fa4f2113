import BitAllocation
import Jobs

/// What `bpw measure` says about its result.
struct MeasurementReport: Encodable {
  let measurement: String
  let layers: Int
  let options: Int
  let weights: Int
  let smallestBitsPerWeight: Double
  let largestBitsPerWeight: Double

  init(_ measurement: BitAllocation.Measurement, path: String) {
    let reachable = AllocationProblem(measurement, bitsPerWeight: 4).reachableBitsPerWeight
    self.measurement = path
    layers = measurement.layers.count
    options = measurement.layers.map(\.options.count).max() ?? 0
    weights = measurement.model.weights
    smallestBitsPerWeight = reachable.lowerBound
    largestBitsPerWeight = reachable.upperBound
  }

  enum CodingKeys: String, CodingKey {
    case measurement, layers, options, weights
    case smallestBitsPerWeight = "smallest_bits_per_weight"
    case largestBitsPerWeight = "largest_bits_per_weight"
  }

  func print(_ reporting: ReportingOptions, to console: Console) throws {
    if reporting.json {
      console.result(try Report("measure", self).text())
      return
    }
    console.result("Measured \(layers) linear layers under \(options) options each: \(measurement)")
    console.result(
      "Sizes from \(smallestBitsPerWeight.formatted(digits: 3)) to "
        + "\(largestBitsPerWeight.formatted(digits: 3)) bits per weight can be reached. Next:")
    console.result("  bpw optimize \(measurement) --bits 4.0 --output allocation.json")
  }
}
