import Foundation

/// A set of byte strings, numbered in the order of insertion.
///
/// All bytes lie in one array, so a table of a hundred thousand tokens is a few allocations, and a
/// lookup needs no key object. Keys are compared as bytes: Swift's `String` would call canonically
/// equivalent tokens equal.
struct ByteStringTable: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []  // (strings), in `bytes`
  private var hashes: [UInt32] = []  // (strings)
  private var slots: [Int32]  // open addressing; the number of a string, or `empty`

  private static let empty: Int32 = -1

  init(minimumCapacity: Int = 0) {
    // At most two thirds of the slots are ever used, which keeps probing short.
    var size = 16
    while size * 2 / 3 < minimumCapacity { size *= 2 }
    slots = Array(repeating: Self.empty, count: size)
  }

  var count: Int { ends.count }

  /// The bytes of a string, copied.
  subscript(_ index: Int) -> [UInt8] { Array(bytes[range(index)]) }

  func find(_ key: UTF8Text) -> Int? {
    let index = slots[slot(of: key, hash: Self.hash(key))]
    return index == Self.empty ? nil : Int(index)
  }

  func find(_ key: [UInt8]) -> Int? { key.withUnsafeBufferPointer(find) }

  /// The number of a string, which is new when `inserted`.
  @discardableResult
  mutating func insert(_ key: UTF8Text) -> (index: Int, inserted: Bool) {
    let hash = Self.hash(key)
    var place = slot(of: key, hash: hash)
    if slots[place] != Self.empty { return (Int(slots[place]), false) }
    if (count + 1) * 3 > slots.count * 2 {
      grow()
      place = slot(of: key, hash: hash)
    }
    slots[place] = Int32(count)
    bytes += key
    ends.append(bytes.count)
    hashes.append(hash)
    return (count - 1, true)
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    hashes.removeAll(keepingCapacity: true)
    for i in slots.indices { slots[i] = Self.empty }
  }

  @inline(__always)
  private func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  /// Where `key` is, or would be put.
  private func slot(of key: UTF8Text, hash: UInt32) -> Int {
    var place = Int(hash) & (slots.count - 1)
    while slots[place] != Self.empty {
      let index = Int(slots[place])
      if hashes[index] == hash, isEqual(index, key) { break }
      place = (place + 1) & (slots.count - 1)
    }
    return place
  }

  private func isEqual(_ index: Int, _ key: UTF8Text) -> Bool {
    let range = range(index)
    guard range.count == key.count else { return false }
    return key.isEmpty
      || bytes.withUnsafeBufferPointer {
        memcmp($0.baseAddress! + range.lowerBound, key.baseAddress!, key.count) == 0
      }
  }

  private mutating func grow() {
    slots = Array(repeating: Self.empty, count: slots.count * 2)
    for index in ends.indices {
      var place = Int(hashes[index]) & (slots.count - 1)
      while slots[place] != Self.empty { place = (place + 1) & (slots.count - 1) }
      slots[place] = Int32(index)
    }
  }

  /// Multiplies and folds eight bytes at a time; the multiplier is 2^64 divided by the golden
  /// ratio. Folding brings the well-mixed upper half down to the bits that pick a slot.
  @inline(__always)
  private static func hash(_ key: UTF8Text) -> UInt32 {
    let raw = UnsafeRawBufferPointer(key)
    var hash = UInt64(truncatingIfNeeded: key.count)
    func mix(_ word: UInt64) {
      hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 32
    }
    var i = 0
    while i + 8 <= raw.count {
      mix(raw.loadUnaligned(fromByteOffset: i, as: UInt64.self))
      i += 8
    }
    var rest: UInt64 = 0
    while i < raw.count {
      rest = rest << 8 | UInt64(raw[i])
      i += 1
    }
    mix(rest)
    return UInt32(truncatingIfNeeded: hash)
  }
}
