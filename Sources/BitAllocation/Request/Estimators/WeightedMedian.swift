/// The value at which half the weight is reached; between two values their mean. There is at least
/// one value, and all weights are above zero.
func weightedMedian(_ values: [(value: Double, weight: Double)]) -> Double {
  let sorted = values.sorted { $0.value < $1.value }
  let half = sorted.reduce(0) { $0 + $1.weight } / 2
  var reached = 0.0
  for (index, next) in sorted.enumerated() {
    reached += next.weight
    if reached > half { return next.value }
    if reached == half, index + 1 < sorted.count {
      return (next.value + sorted[index + 1].value) / 2
    }
  }
  return sorted[sorted.count - 1].value
}
