extension CharacterClasses {
  /// The end of a match of `\s+(?!\S)|\s+`: a run of whitespace leaves its last character to the
  /// word that follows, unless it has no other. It is `i` when no whitespace is there.
  @inline(__always)
  func endOfWhitespace(in text: UTF8Text, from i: Int) -> Int {
    var (last, end) = (i, i)
    while case (let kind, let length) = classify(text, at: end), kind.isIn(.whitespace) {
      (last, end) = (end, end + length)
    }
    return end == text.count || last == i ? end : last
  }

  /// The end of a match of `\s*[\r\n]+`: after the last line break of a run of whitespace.
  @inline(__always)
  func endOfLines(in text: UTF8Text, from i: Int) -> Int? {
    var (result, end): (Int?, Int) = (nil, i)
    while case (let kind, let length) = classify(text, at: end), kind.isIn(.whitespace) {
      end += length
      if kind == .newline { result = end }
    }
    return result
  }

  /// The end of a match of `\p{N}{1,digits}`: `i` when no number is there.
  @inline(__always)
  func endOfNumber(in text: UTF8Text, from i: Int, digits: Int) -> Int {
    var end = i
    for _ in 0..<digits {
      guard case (.number, let length) = classify(text, at: end) else { break }
      end += length
    }
    return end
  }
}

extension UTF8Text {
  /// The end of a match of `(?i:'s|'t|'re|'ve|'m|'ll|'d)` at `i`.
  @inline(__always)
  func endOfAnyCaseContraction(at i: Int) -> Int? {
    guard i + 1 < count, self[i] == UInt8(ascii: "'") else { return nil }
    // Adding 0x20 makes ASCII letters lowercase; what it makes of others is no letter asked for.
    let first = self[i + 1] | 0x20
    let second = i + 2 < count ? self[i + 2] | 0x20 : 0
    switch (first, second) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _),
      (UInt8(ascii: "d"), _):
      return i + 2
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return i + 3
    default:
      // Unicode folds the long s, U+017F, to an s.
      return contains([0xC5, 0xBF], at: i + 1) ? i + 3 : nil
    }
  }
}
