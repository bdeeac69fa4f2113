import Foundation

/// Maps values to places along a line, and marks some of them.
struct Axis {
  let values: ClosedRange<Double>
  /// Where the two ends lie.
  let from: Double
  let to: Double
  let isLogarithmic: Bool

  init(_ values: ClosedRange<Double>, from: Double, to: Double, isLogarithmic: Bool = false) {
    self.values = values
    self.from = from
    self.to = to
    self.isLogarithmic = isLogarithmic
  }

  /// An axis with room for all values; only those above zero count on a logarithmic one.
  static func fitting(
    _ values: [Double], from: Double, to: Double, isLogarithmic: Bool = false
  ) -> Axis {
    let usable = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
    let (low, high) = (usable.min() ?? 1, usable.max() ?? 10)
    if isLogarithmic {
      let room = max(pow(high / low, 0.04), 1.02)
      return Axis(low / room...high * room, from: from, to: to, isLogarithmic: true)
    }
    let room = max((high - low) * 0.04, abs(high) * 1e-3, 1e-9)
    return Axis(low - room...high + room, from: from, to: to)
  }

  func place(_ value: Double) -> Double {
    let part =
      isLogarithmic
      ? log(max(value, values.lowerBound) / values.lowerBound)
        / log(values.upperBound / values.lowerBound)
      : (value - values.lowerBound) / (values.upperBound - values.lowerBound)
    return from + part * (to - from)
  }

  /// Round values in between, with what to write there.
  var ticks: [(value: Double, label: String)] {
    (isLogarithmic ? logarithmicTicks : linearTicks).map { ($0, Self.label($0)) }
  }

  private var linearTicks: [Double] {
    let span = values.upperBound - values.lowerBound
    let power = pow(10, floor(log10(span / 4)))
    let step = [1, 2, 5, 10].map { $0 * power }.first { span / $0 <= 8 } ?? 10 * power
    let (first, last) = (ceil(values.lowerBound / step), floor(values.upperBound / step))
    guard first <= last else { return [] }
    return (Int(first)...Int(last)).map { Double($0) * step }
  }

  private var logarithmicTicks: [Double] {
    let exponents =
      Int(floor(log10(values.lowerBound)))...Int(ceil(log10(values.upperBound)))
    // Few decades leave room for marks between the powers of ten.
    for digits in [[1.0], [1, 3], [1, 2, 5], [1, 1.2, 1.5, 2, 3, 4, 5, 7]] {
      let ticks = exponents.flatMap { exponent in digits.map { $0 * pow(10, Double(exponent)) } }
        .filter(values.contains)
      if ticks.count >= 3 { return ticks }
    }
    return [values.lowerBound, values.upperBound]
  }

  private static func label(_ value: Double) -> String {
    String(format: "%.4g", value).replacing("e-0", with: "e-").replacing("e+0", with: "e")
  }
}
