import Checkpoints

extension ModelConfiguration {
  /// A size: a whole number above zero, and small enough for products of sizes not to overflow.
  func positiveInt(_ key: String, default fallback: Int? = nil) throws -> Int {
    try checked(key, fallback.map { try int(key, default: $0) } ?? int(key))
  }

  /// A size that may be absent.
  func positiveIntIfPresent(_ key: String) throws -> Int? {
    try intIfPresent(key).map { try checked(key, $0) }
  }

  /// A factor: a finite number above zero.
  func positiveDouble(_ key: String, default fallback: Double? = nil) throws -> Double {
    try checked(key, fallback.map { try double(key, default: $0) } ?? double(key))
  }

  /// A factor that may be absent.
  func positiveDoubleIfPresent(_ key: String) throws -> Double? {
    try doubleIfPresent(key).map { try checked(key, $0) }
  }

  private func checked(_ key: String, _ value: Int) throws -> Int {
    guard (1...1 << 28).contains(value) else {
      throw ModelError.unsupported(
        setting: key, value: "\(value)", known: ["whole numbers from 1 to \(1 << 28)"], file: file)
    }
    return value
  }

  private func checked(_ key: String, _ value: Double) throws -> Double {
    guard value > 0, value.isFinite else {
      throw ModelError.unsupported(
        setting: key, value: "\(value)", known: ["numbers above zero"], file: file)
    }
    return value
  }
}
