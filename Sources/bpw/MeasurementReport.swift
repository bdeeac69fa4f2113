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
    let reachable = measurement.reachableBitsPerWeight
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
    // Rounded inwards, so that both can be asked for.
    let low = (smallestBitsPerWeight * 100).rounded(.up) / 100
    let high = (largestBitsPerWeight * 100).rounded(.down) / 100
    console.result("Sizes from \(low) to \(high) bits per weight can be reached. Next:")
    console.result(
      "  bpw optimize \(measurement.quotedForShell) --bits 4.0 --output allocation.json")
  }
}

extension String {
  /// As it has to be typed.
  var quotedForShell: String {
    let isPlain = allSatisfy { $0.isLetter || $0.isNumber || "./_-+=:,@".contains($0) }
    return isPlain ? self : "'" + replacing("'", with: #"'\''"#) + "'"
  }
}
