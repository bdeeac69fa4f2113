/// What tokenizers' regular expressions distinguish.
enum CharacterClass: UInt8 {
  /// `\p{L}`
  case letter
  /// `\p{N}`: digits, letter-like numbers, fractions.
  case number
  /// `\s` without carriage return and line feed.
  case space
  /// `[\r\n]`
  case newline
  /// Everything else; combining marks, too.
  case other
  /// No character: the end of the text.
  case end

  var isWhitespace: Bool { self == .space || self == .newline }
}

/// The class of every scalar of the basic multilingual plane, computed once.
struct CharacterClasses: Sendable {
  static let shared = CharacterClasses()

  private let table: [CharacterClass]  // (65536)

  private init() {
    table = (0...0xFFFF).map { Unicode.Scalar($0 as UInt32).map(Self.classify) ?? .other }
  }

  /// The class of the scalar at `i`, with its length: zero at the end of the text.
  @inline(__always)
  func classify(_ text: UTF8Text, at i: Int) -> (class: CharacterClass, length: Int) {
    guard i < text.count else { return (.end, 0) }
    let (value, length) = text.scalar(at: i)
    if value <= 0xFFFF { return (table[Int(value)], length) }
    return (Self.classify(Unicode.Scalar(value)!), length)
  }

  /// Where the run of characters of one class that includes `i` ends.
  @inline(__always)
  func endOfRun(of kind: CharacterClass, in text: UTF8Text, from i: Int) -> Int {
    var end = i
    while case (kind, let length) = classify(text, at: end), length > 0 { end += length }
    return end
  }

  private static func classify(_ scalar: Unicode.Scalar) -> CharacterClass {
    if scalar == "\r" || scalar == "\n" { return .newline }
    if scalar.isRegexWhitespace { return .space }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return .letter
    case .decimalNumber, .letterNumber, .otherNumber:
      return .number
    default:
      return .other
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
