import Checkpoints

extension ModelConfiguration {
  /// A size: a whole number above zero, and small enough for products of sizes not to overflow.
  func positiveInt(
    _ key: String, default fallback: Int? = nil, atMost limit: Int = Self.largestSize
  ) throws -> Int {
    try checked(key, fallback.map { try int(key, default: $0) } ?? int(key), atMost: limit)
  }

  /// A size that may be absent.
  func positiveIntIfPresent(_ key: String) throws -> Int? {
    try intIfPresent(key).map { try checked(key, $0, atMost: Self.largestSize) }
  }

  /// A factor: a number above zero that a 32-bit float holds with all its digits.
  func positiveDouble(_ key: String, default fallback: Double? = nil) throws -> Double {
    try checked(key, fallback.map { try double(key, default: $0) } ?? double(key))
  }

  /// A factor that may be absent.
  func positiveDoubleIfPresent(_ key: String) throws -> Double? {
    try doubleIfPresent(key).map { try checked(key, $0) }
  }

  /// A factor that may be absent, for which 0 stands too.
  func positiveDoubleUnlessZero(_ key: String) throws -> Double? {
    try doubleIfPresent(key) == 0 ? nil : positiveDoubleIfPresent(key)
  }

  /// A number of either sign that may be absent.
  func finiteDoubleIfPresent(_ key: String) throws -> Double? {
    guard let value = try doubleIfPresent(key) else { return nil }
    guard Float(value).isFinite else {
      throw ModelError.unsupported(
        setting: key, value: "\(value)", known: ["numbers that a 32-bit float holds"], file: file)
    }
    return value
  }

  /// The largest size: products of two, times a few, fit 64 bits.
  static let largestSize = 1 << 28

  /// The most heads: some families list what belongs to each.
  static let mostHeads = 1 << 16

  private func checked(_ key: String, _ value: Int, atMost limit: Int) throws -> Int {
    guard value >= 1, value <= limit else {
      throw ModelError.unsupported(
        setting: key, value: "\(value)", known: ["whole numbers from 1 to \(limit)"], file: file)
    }
    return value
  }

  private func checked(_ key: String, _ value: Double) throws -> Double {
    guard value > 0, Float(value).isNormal else {
      throw ModelError.unsupported(
        setting: key, value: "\(value)", known: ["numbers above zero that a 32-bit float holds"],
        file: file)
    }
    return value
  }
}
