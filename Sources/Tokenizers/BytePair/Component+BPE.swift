import ByteJSON

extension JSONString {
  func withUTF8<Result, Failure: Error>(
    _ body: (UTF8Text) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafeBytes { (bytes) throws(Failure) in
      try body(bytes.assumingMemoryBound(to: UInt8.self))
    }
  }
}

extension Component {
  /// Tokens and their ids, from an object.
  func vocabulary(_ name: String) throws -> Vocabulary {
    let members = try required(name, "an object", \.object).members
    var vocabulary = Vocabulary(minimumCapacity: members.count)
    for member in members {
      guard let id = Vocabulary.id(member.value) else {
        throw TokenizerError.unexpectedValue(
          file: file, key: key(name) + "." + member.key.text,
          expected: Vocabulary.idDescription, found: describe(member.value))
      }
      do throws(Vocabulary.Conflict) {
        try member.key.withUTF8 { token throws(Vocabulary.Conflict) in
          try vocabulary.insert(token, id: id)
        }
      } catch {
        throw conflict(error, token: member.key.text, id: id)
      }
    }
    return vocabulary
  }

  func conflict(_ conflict: Vocabulary.Conflict, token: String, id: Int32) -> TokenizerError {
    switch conflict {
    case .token(let other):
      .contradictoryID(file: file, token: token, id: Int(id), other: Int(other))
    case .id(let other):
      .duplicateID(
        file: file, id: Int(id), first: String(decoding: other, as: UTF8.self), second: token)
    }
  }

  /// Merges, from an array of `"a b"` or `["a", "b"]`; where a pair occurs twice, the later counts.
  /// `prefix` bytes are dropped from the right token where the two are joined.
  func merges(_ name: String, vocabulary: Vocabulary, prefix: Int) throws -> PairTable {
    let values = try required(name, "an array", \.array)
    var table = PairTable(minimumCapacity: values.count)
    var rank: UInt32 = 0
    for (index, value) in values.enumerated() {
      // The first line of the text file that the merges were once copied from.
      if index == 0, let line = value.string, line.bytes.starts(with: Array("#version".utf8)) {
        continue
      }
      guard let (left, right) = mergedTokens(value) else {
        throw TokenizerError.unexpectedValue(
          file: file, key: "\(key(name))[\(index)]",
          expected: "two tokens, as \"a b\" or [\"a\", \"b\"]", found: describe(value))
      }
      func id(_ token: [UInt8]) throws -> Int32 {
        guard let id = vocabulary.id(token) else {
          throw TokenizerError.unknownMergeToken(
            file: file, merge: index, token: String(decoding: token, as: UTF8.self))
        }
        return id
      }
      table[.init(left: try id(left), right: try id(right))] = .init(
        rank: rank, token: try id(left + right.dropFirst(prefix)))
      rank += 1
    }
    return table
  }

  private func mergedTokens(_ value: JSONValue) -> (left: [UInt8], right: [UInt8])? {
    switch value {
    case .string(let line):
      let parts = line.bytes.split(
        separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      return parts.count == 2 ? (Array(parts[0]), Array(parts[1])) : nil
    case .array(let pair) where pair.count == 2:
      guard let left = pair[0].string, let right = pair[1].string else { return nil }
      return (left.bytes, right.bytes)
    default:
      return nil
    }
  }
}
