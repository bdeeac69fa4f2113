import Foundation

extension Double {
  /// With so many significant digits, as a person would write it.
  package func formatted(digits: Int) -> String {
    guard isFinite, self != 0 else { return String(format: "%g", self) }
    let exponent = Int(floor(log10(abs(self))))
    if (-5..<6).contains(exponent) {
      return String(format: "%.\(max(0, digits - 1 - exponent))f", self)
    }
    return String(format: "%.\(digits - 1)e", self)
  }
}
