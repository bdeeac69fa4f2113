/// What each pair of tokens merges into, and when: a hash table with open addressing, since this
/// lookup is most of the work of encoding a new word.
struct PairTable: Sendable {
  struct Pair {
    let left: Int32
    let right: Int32
  }

  struct Merge: Equatable {
    /// Lower ranks are merged first.
    var rank: UInt32
    var token: Int32

    /// Stands for no merge, and comes after all others.
    static let none = Merge(rank: .max, token: -1)
  }

  private struct Slot {
    var key: UInt64
    var merge: Merge
  }

  private var slots: [Slot]
  private var count = 0

  /// No pair has this key, because ids are not negative.
  private static let empty = UInt64.max

  init(minimumCapacity: Int) {
    var size = 16
    while size / 2 < minimumCapacity { size *= 2 }
    slots = Array(repeating: Slot(key: Self.empty, merge: .none), count: size)
  }

  var keys: some Collection<Pair> {
    slots.lazy.filter { $0.key != Self.empty }.map {
      Pair(
        left: Int32(truncatingIfNeeded: $0.key >> 32), right: Int32(truncatingIfNeeded: $0.key))
    }
  }

  subscript(_ pair: Pair) -> Merge? {
    get {
      let slot = slots[place(of: Self.key(pair), in: slots)]
      return slot.key == Self.empty ? nil : slot.merge
    }
    set {
      guard let newValue else { preconditionFailure("pairs are never removed") }
      if (count + 1) * 2 > slots.count { grow() }
      let key = Self.key(pair)
      let place = place(of: key, in: slots)
      if slots[place].key == Self.empty { count += 1 }
      slots[place] = Slot(key: key, merge: newValue)
    }
  }

  @inline(__always)
  private static func key(_ pair: Pair) -> UInt64 {
    UInt64(UInt32(bitPattern: pair.left)) << 32 | UInt64(UInt32(bitPattern: pair.right))
  }

  /// The slot of a key, or the free one where it belongs.
  @inline(__always)
  private func place(of key: UInt64, in slots: [Slot]) -> Int {
    // The product's upper half depends on all bits of the key.
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32)
    place &= slots.count - 1
    while slots[place].key != key, slots[place].key != Self.empty {
      place = (place + 1) & (slots.count - 1)
    }
    return place
  }

  private mutating func grow() {
    var larger = Array(repeating: Slot(key: Self.empty, merge: .none), count: slots.count * 2)
    for slot in slots where slot.key != Self.empty {
      larger[place(of: slot.key, in: larger)] = slot
    }
    slots = larger
  }
}
