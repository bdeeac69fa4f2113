/// An object's members in the order of the document, each key once.
package struct JSONObject: Sendable {
  /// A key and its value.
  package struct Member: Sendable, Equatable {
    package let key: JSONString
    package let value: JSONValue
  }

  /// The members in the order of the document.
  package let members: [Member]

  /// Where each key stands; empty for small objects, which are searched from front to back.
  private let positions: [JSONString: Int]

  /// Objects up to this size are compared key by key: faster than hashing, and most are.
  private static let searchedMembers = 8

  /// Returns nil, and the position of the second occurrence, when a key occurs twice.
  init?(_ members: [Member], duplicate: inout Int) {
    var positions: [JSONString: Int] = [:]
    if members.count <= Self.searchedMembers {
      for i in members.indices where members[..<i].contains(where: { $0.key == members[i].key }) {
        duplicate = i
        return nil
      }
    } else {
      positions.reserveCapacity(members.count)
      for (i, member) in members.enumerated() {
        guard positions.updateValue(i, forKey: member.key) == nil else {
          duplicate = i
          return nil
        }
      }
    }
    self.members = members
    self.positions = positions
  }

  /// Members.
  package var count: Int { members.count }

  /// The keys in the order of the document.
  package var keys: some Sequence<JSONString> { members.lazy.map(\.key) }

  /// The value of a key that is spelled with the same bytes.
  package subscript(_ key: String) -> JSONValue? {
    if positions.isEmpty {
      return members.first { $0.key == key }?.value
    }
    return self[JSONString(key)]
  }

  /// The value of a key that is spelled with the same bytes.
  package subscript(_ key: JSONString) -> JSONValue? {
    if positions.isEmpty {
      return members.first { $0.key == key }?.value
    }
    return positions[key].map { members[$0].value }
  }
}

extension JSONObject: Equatable {
  /// Order counts: two objects are equal when they would be written alike.
  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members == right.members
  }
}
