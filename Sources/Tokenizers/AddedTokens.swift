import ByteJSON

/// A token that is found in text as it stands, before the model sees the rest.
struct AddedToken: Sendable {
  let id: Int32
  let content: [UInt8]
  /// Found only where no word character stands beside it.
  let isSingleWord: Bool
  /// Takes the whitespace before it along.
  let stripsLeft: Bool
  /// Takes the whitespace after it along.
  let stripsRight: Bool
  /// Looked for in normalized text instead of the original.
  let isNormalized: Bool
  let isSpecial: Bool

  init(_ component: Component) throws {
    try self.init(component, id: component.tokenID("id"))
  }

  /// A token whose id does not stand beside its content.
  init(_ component: Component, id: Int32) throws {
    self.id = id
    content = try component.bytes("content")
    isSingleWord = try component.bool("single_word", default: false)
    stripsLeft = try component.bool("lstrip", default: false)
    stripsRight = try component.bool("rstrip", default: false)
    isSpecial = try component.bool("special", default: false)
    isNormalized = try component.bool("normalized", default: !isSpecial)
  }
}

extension AddedToken {
  /// A token that is nothing but special.
  init(special content: [UInt8], id: Int32) {
    self.id = id
    self.content = content
    isSingleWord = false
    stripsLeft = false
    stripsRight = false
    isNormalized = false
    isSpecial = true
  }
}

/// A part of a text: an added token, or what lies between two of them.
enum TextSegment: Equatable {
  case token(Int32)
  case text(Range<Int>)
}

/// Finds added tokens: leftmost first, and the longest where several begin.
struct AddedTokenMatcher: Sendable {
  private var tokens: [AddedToken] = []
  private var trie = ByteTrie()
  private var isFirstByte = [Bool](repeating: false, count: 256)

  /// `spelling` is what the text will show for a token.
  init(
    _ tokens: [AddedToken], spelling: (AddedToken) throws -> [UInt8] = { $0.content }
  ) rethrows {
    // Where a text means several tokens, which normalizing may bring about, the first one counts,
    // special ones before others.
    for token in tokens.filter(\.isSpecial) + tokens.filter({ !$0.isSpecial }) {
      let pattern = try spelling(token)
      guard let first = pattern.first, !trie.contains(pattern) else { continue }
      isFirstByte[Int(first)] = true
      trie.insert(pattern, value: Int32(self.tokens.count))
      self.tokens.append(token)
    }
  }

  /// Cuts a text at its added tokens. Without `special`, special tokens stay text, as one wants
  /// for text from outside that merely mentions them.
  func segments(of text: UTF8Text, special: Bool) -> [TextSegment] {
    var segments: [TextSegment] = []
    var end = 0
    var i = 0
    while i < text.count {
      guard isFirstByte[Int(text[i])], let match = longestMatch(in: text, at: i) else {
        i += 1
        continue
      }
      // Accepted or not, a match is over where it ends: nothing shorter is tried instead.
      i = match.range.upperBound
      guard special || !match.token.isSpecial, isAllowed(match.token, in: text, at: match.range)
      else { continue }

      var range = match.range
      if match.token.stripsLeft {
        // Unless all of it is space that the token before took along, it is found once more.
        let start = startOfSpace(in: text, before: range, notBefore: end)
        guard start < i else { continue }
        range = start..<i
      }
      if match.token.stripsRight { range = range.lowerBound..<endOfSpace(in: text, from: i) }
      if end < range.lowerBound { segments.append(.text(end..<range.lowerBound)) }
      segments.append(.token(match.token.id))
      end = range.upperBound
    }
    if end < text.count { segments.append(.text(end..<text.count)) }
    return segments
  }

  private func longestMatch(
    in text: UTF8Text, at start: Int
  ) -> (token: AddedToken, range: Range<Int>)? {
    var longest: (AddedToken, Range<Int>)?
    trie.forEachPrefix(of: text, from: start) { end, token in
      longest = (tokens[Int(token)], start..<end)
    }
    return longest
  }

  private func isAllowed(_ token: AddedToken, in text: UTF8Text, at range: Range<Int>) -> Bool {
    guard token.isSingleWord else { return true }
    func isWord(at i: Int) -> Bool { text.unicodeScalar(at: i).isRegexWord }
    let (start, end) = (range.lowerBound, range.upperBound)
    return (start == 0 || !isWord(at: text.startOfScalar(before: start)))
      && (end == text.count || !isWord(at: end))
  }

  private func startOfSpace(
    in text: UTF8Text, before range: Range<Int>, notBefore end: Int
  ) -> Int {
    var start = range.lowerBound
    while start > end {
      let previous = text.startOfScalar(before: start)
      guard CharacterClasses.shared.classify(text, at: previous).class.isIn(.whitespace) else {
        break
      }
      start = previous
    }
    return max(start, end)
  }

  private func endOfSpace(in text: UTF8Text, from start: Int) -> Int {
    var end = start
    while case (let kind, let length) = CharacterClasses.shared.classify(text, at: end),
      kind.isIn(.whitespace)
    {
      end += length
    }
    return end
  }
}
