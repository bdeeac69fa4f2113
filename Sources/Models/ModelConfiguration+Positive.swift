import Checkpoints

extension ModelConfiguration {
  /// A size: a whole number above zero, and small enough for products of sizes not to overflow.
  func positiveInt(_ key: String, default fallback: Int? = nil) throws -> Int {
    let value = try fallback.map { try int(key, default: $0) } ?? int(key)
    guard (1...1 << 28).contains(value) else {
      throw ModelError.unsupported(
        setting: key, value: "\(value)", known: ["whole numbers from 1 to \(1 << 28)"], file: file)
    }
    return value
  }

  /// A factor: a number above zero.
  func positiveDouble(_ key: String) throws -> Double {
    let value = try double(key)
    guard value > 0, value.isFinite else {
      throw ModelError.unsupported(
        setting: key, value: "\(value)", known: ["numbers above zero"], file: file)
    }
    return value
  }
}
