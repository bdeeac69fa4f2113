/// A JSON document taken apart without a loss, so that it can be put together wrongly: numbers,
/// strings and words stay the bytes they are, and a key may stand twice.
enum JSONTree: Sendable {
  case leaf([UInt8])
  case array([JSONTree])
  case object([Member])

  struct Member: Sendable {
    var key: [UInt8]  // with its quotes
    var value: JSONTree
  }

  /// Takes a valid document apart; nil for bytes that aren't one as far as brackets go.
  init?(_ bytes: [UInt8]) {
    var reader = Reader(bytes: bytes)
    guard let tree = reader.value() else { return nil }
    self = tree
  }

  /// Values in it, itself included.
  var count: Int {
    switch self {
    case .leaf: 1
    case .array(let elements): elements.reduce(1) { $0 + $1.count }
    case .object(let members): members.reduce(1) { $0 + $1.value.count }
    }
  }

  /// The value at a place of the walk from front to back, 0 being the whole.
  subscript(_ index: Int) -> JSONTree {
    get {
      var (rest, found) = (index, self)
      visit(&rest) { found = $0 }
      return found
    }
    set {
      var rest = index
      edit(&rest) { $0 = newValue }
    }
  }

  /// Changes the value at a place of the walk; true when it was in here.
  @discardableResult
  mutating func edit(_ rest: inout Int, _ body: (inout JSONTree) -> Void) -> Bool {
    if rest == 0 {
      body(&self)
      return true
    }
    rest -= 1
    switch self {
    case .leaf: return false
    case .array(var elements):
      self = .leaf([])  // so that the elements are this function's alone, and not copied
      defer { self = .array(elements) }
      for index in elements.indices where elements[index].edit(&rest, body) { return true }
    case .object(var members):
      self = .leaf([])
      defer { self = .object(members) }
      for index in members.indices where members[index].value.edit(&rest, body) { return true }
    }
    return false
  }

  @discardableResult
  private func visit(_ rest: inout Int, _ body: (JSONTree) -> Void) -> Bool {
    if rest == 0 {
      body(self)
      return true
    }
    rest -= 1
    switch self {
    case .leaf: return false
    case .array(let elements): return elements.contains { $0.visit(&rest, body) }
    case .object(let members): return members.contains { $0.value.visit(&rest, body) }
    }
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return bytes
  }

  private func write(to bytes: inout [UInt8]) {
    switch self {
    case .leaf(let leaf): bytes += leaf
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        element.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        bytes += member.key
        bytes.append(UInt8(ascii: ":"))
        member.value.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }
}

/// Reads what is valid; how it takes the rest doesn't matter.
private struct Reader {
  let bytes: [UInt8]
  var position = 0

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skip(_ byte: UInt8) -> Bool {
    while let next, next <= 0x20 { position += 1 }
    guard next == byte else { return false }
    position += 1
    return true
  }

  mutating func value() -> JSONTree? {
    if skip(UInt8(ascii: "[")) {
      var elements: [JSONTree] = []
      if skip(UInt8(ascii: "]")) { return .array([]) }
      repeat {
        guard let element = value() else { return nil }
        elements.append(element)
      } while skip(UInt8(ascii: ","))
      return skip(UInt8(ascii: "]")) ? .array(elements) : nil
    }
    if skip(UInt8(ascii: "{")) {
      var members: [JSONTree.Member] = []
      if skip(UInt8(ascii: "}")) { return .object([]) }
      repeat {
        guard let key = leaf(), skip(UInt8(ascii: ":")), let value = value() else { return nil }
        members.append(.init(key: key, value: value))
      } while skip(UInt8(ascii: ","))
      return skip(UInt8(ascii: "}")) ? .object(members) : nil
    }
    return leaf().map { .leaf($0) }
  }

  private mutating func leaf() -> [UInt8]? {
    while let next, next <= 0x20 { position += 1 }
    let start = position
    if next == UInt8(ascii: "\"") {
      position += 1
      while let byte = next, byte != UInt8(ascii: "\"") {
        position += byte == UInt8(ascii: "\\") ? 2 : 1
      }
      position += 1
    } else {
      while let byte = next, byte > 0x20, !",:[]{}".utf8.contains(byte) { position += 1 }
    }
    return start < position && position <= bytes.count ? Array(bytes[start..<position]) : nil
  }
}
