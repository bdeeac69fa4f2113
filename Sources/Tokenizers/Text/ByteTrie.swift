/// Texts and a number for each, to be found by walking along a text byte by byte: a trie in one
/// hash table.
struct ByteTrie: Sendable {
  private struct Slot {
    var key: UInt64
    var child: UInt32
  }

  private var slots: [Slot]
  private var count = 0
  /// The number of the text that ends at each node, or `none`; node 0 is the root.
  private var values: [Int32] = [none]  // (nodes)
  /// The root's children, zero where there is none.
  private var first = [UInt32](repeating: 0, count: 256)

  private static let none: Int32 = -1
  private static let empty = UInt64.max

  init(minimumCapacity: Int = 0) {
    var size = 16
    while size / 2 < minimumCapacity { size *= 2 }
    slots = Array(repeating: Slot(key: Self.empty, child: 0), count: size)
  }

  /// Adds a text, or gives one that is there another number. Empty texts are never found.
  mutating func insert(_ text: some Sequence<UInt8>, value: Int32) {
    var node: UInt32 = 0
    for byte in text { node = child(of: node, byte) ?? addChild(of: node, byte) }
    if node != 0 { values[Int(node)] = value }
  }

  func contains(_ text: some Sequence<UInt8>) -> Bool {
    var node: UInt32 = 0
    for byte in text {
      guard let next = child(of: node, byte) else { return false }
      node = next
    }
    return values[Int(node)] != Self.none
  }

  /// Calls `body` with every text that stands at `start`, the shortest first.
  @inline(__always)
  func forEachPrefix(
    of text: UTF8Text, from start: Int, _ body: (_ end: Int, _ value: Int32) -> Void
  ) {
    var node = first[Int(text[start])]
    var i = start + 1
    while node != 0 {
      let value = values[Int(node)]
      if value != Self.none { body(i, value) }
      guard i < text.count, let next = child(of: node, text[i]) else { return }
      node = next
      i += 1
    }
  }

  @inline(__always)
  private func child(of node: UInt32, _ byte: UInt8) -> UInt32? {
    guard node != 0 else {
      let child = first[Int(byte)]
      return child == 0 ? nil : child
    }
    let key = UInt64(node) << 8 | UInt64(byte)
    let slot = slots[place(of: key, in: slots)]
    return slot.key == key ? slot.child : nil
  }

  private mutating func addChild(of node: UInt32, _ byte: UInt8) -> UInt32 {
    let child = UInt32(values.count)
    values.append(Self.none)
    guard node != 0 else {
      first[Int(byte)] = child
      return child
    }
    if (count + 1) * 2 > slots.count { grow() }
    let key = UInt64(node) << 8 | UInt64(byte)
    slots[place(of: key, in: slots)] = Slot(key: key, child: child)
    count += 1
    return child
  }

  @inline(__always)
  private func place(of key: UInt64, in slots: [Slot]) -> Int {
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & (slots.count - 1)
    while slots[place].key != key, slots[place].key != Self.empty {
      place = (place + 1) & (slots.count - 1)
    }
    return place
  }

  private mutating func grow() {
    var larger = Array(repeating: Slot(key: Self.empty, child: 0), count: slots.count * 2)
    for slot in slots where slot.key != Self.empty {
      larger[place(of: slot.key, in: larger)] = slot
    }
    slots = larger
  }
}
