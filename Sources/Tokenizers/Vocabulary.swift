import ByteJSON

/// Tokens and their ids, both ways. Tokens are bytes, compared as bytes.
struct Vocabulary: Sendable {
  private var tokens: ByteStringTable
  private var ids: [Int32] = []  // (tokens), by number in `tokens`
  private var numbers: [Int32] = []  // (ids), the token of each id, or `hole`

  private static let hole: Int32 = -1

  /// No known vocabulary comes near; it bounds what a damaged file can make us allocate.
  private static let idLimit = 1 << 24

  /// What an id must be, for messages.
  static let idDescription = "an id from 0 to \(idLimit - 1)"

  static func id(_ value: JSONValue) -> Int32? {
    guard case .integer(let id) = value, (0..<idLimit).contains(id) else { return nil }
    return Int32(id)
  }

  init(minimumCapacity: Int = 0) {
    tokens = ByteStringTable(minimumCapacity: minimumCapacity)
  }

  /// How many tokens there are.
  var count: Int { ids.count }

  /// One more than the largest id.
  var size: Int { numbers.count }

  func id(_ token: UTF8Text) -> Int32? { tokens.find(token).map { ids[$0] } }

  func id(_ token: [UInt8]) -> Int32? { tokens.find(token).map { ids[$0] } }

  /// The bytes of a token, nil for an id that no token has.
  subscript(_ id: Int32) -> [UInt8]? {
    guard numbers.indices.contains(Int(id)), numbers[Int(id)] != Self.hole else { return nil }
    return tokens[Int(numbers[Int(id)])]
  }

  /// What keeps a token from having an id.
  enum Conflict: Error {
    /// The token is known by this id.
    case token(Int32)
    /// The id is this token's.
    case id(of: [UInt8])
  }

  /// Adds a token, unless it is there already with the same id.
  mutating func insert(_ token: UTF8Text, id: Int32) throws(Conflict) {
    if let known = self.id(token) {
      guard known == id else { throw .token(known) }
      return
    }
    if let other = self[id] { throw .id(of: other) }
    let number = tokens.insert(token).index
    ids.append(id)
    while numbers.count <= Int(id) { numbers.append(Self.hole) }
    numbers[Int(id)] = Int32(number)
  }

  mutating func insert(_ token: [UInt8], id: Int32) throws(Conflict) {
    try token.withUnsafeBufferPointer { (token) throws(Conflict) in try insert(token, id: id) }
  }
}
