/// What tokenizers' regular expressions distinguish: one class for every scalar, or a set of them.
struct CharacterClass: OptionSet, Sendable {
  let rawValue: UInt16

  /// `[\p{Lu}\p{Lt}]`
  static let uppercase = CharacterClass(rawValue: 1 << 0)
  /// `\p{Ll}`
  static let lowercase = CharacterClass(rawValue: 1 << 1)
  /// `[\p{Lm}\p{Lo}]`
  static let caseless = CharacterClass(rawValue: 1 << 2)
  /// `\p{M}`: combining marks.
  static let mark = CharacterClass(rawValue: 1 << 3)
  /// `\p{N}`: digits, letter-like numbers, fractions.
  static let number = CharacterClass(rawValue: 1 << 4)
  /// `\p{P}`
  static let punctuation = CharacterClass(rawValue: 1 << 5)
  /// `\p{S}`
  static let symbol = CharacterClass(rawValue: 1 << 6)
  /// `\s` without carriage return and line feed.
  static let space = CharacterClass(rawValue: 1 << 7)
  /// `[\r\n]`
  static let newline = CharacterClass(rawValue: 1 << 8)
  /// What is left: control characters, unassigned ones.
  static let rest = CharacterClass(rawValue: 1 << 9)
  /// No character: the end of the text. It is in no set.
  static let end: CharacterClass = []

  /// `\p{L}`
  static let letter: CharacterClass = [.uppercase, .lowercase, .caseless]
  /// `\s`
  static let whitespace: CharacterClass = [.space, .newline]
  /// `[^\s\p{L}\p{N}]`
  static let other: CharacterClass = [.mark, .punctuation, .symbol, .rest]

  @inline(__always)
  func isIn(_ set: CharacterClass) -> Bool { rawValue & set.rawValue != 0 }
}

/// The class of every scalar of the basic multilingual plane, computed once.
struct CharacterClasses: Sendable {
  static let shared = CharacterClasses()

  private let table: [CharacterClass]  // (65536)

  private init() {
    table = (0...0xFFFF).map { Unicode.Scalar($0 as UInt32).map(Self.classify) ?? .rest }
  }

  /// The class of the scalar at `i`, with its length: zero at the end of the text.
  @inline(__always)
  func classify(_ text: UTF8Text, at i: Int) -> (class: CharacterClass, length: Int) {
    guard i < text.count else { return (.end, 0) }
    let (value, length) = text.scalar(at: i)
    if value <= 0xFFFF { return (table[Int(value)], length) }
    return (Unicode.Scalar(value).map(Self.classify) ?? .rest, length)
  }

  /// Where the run of characters in a set that includes `i` ends.
  @inline(__always)
  func endOfRun(of set: CharacterClass, in text: UTF8Text, from i: Int) -> Int {
    var end = i
    while case (let kind, let length) = classify(text, at: end), kind.isIn(set) { end += length }
    return end
  }

  private static func classify(_ scalar: Unicode.Scalar) -> CharacterClass {
    if scalar == "\r" || scalar == "\n" { return .newline }
    if scalar.isRegexWhitespace { return .space }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .titlecaseLetter: return .uppercase
    case .lowercaseLetter: return .lowercase
    case .modifierLetter, .otherLetter: return .caseless
    case .nonspacingMark, .spacingMark, .enclosingMark: return .mark
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return .punctuation
    case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: return .symbol
    default: return .rest
    }
  }
}

extension Unicode.Scalar {
  /// `\s`: Unicode's White_Space, which is neither what `Character.isWhitespace` asks of a whole
  /// grapheme nor what Foundation's character sets hold.
  var isRegexWhitespace: Bool { properties.isWhitespace }

  /// `\w`: what may stand in a word.
  var isRegexWord: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      true
    default:
      properties.isAlphabetic || properties.isJoinControl
    }
  }

  /// What tokenizers count as punctuation: `\p{P}` and the ASCII symbols.
  var isPunctuation: Bool {
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      true
    case .mathSymbol, .currencySymbol, .modifierSymbol:
      isASCII
    default:
      false
    }
  }
}
