import ByteJSON

/// How long a text may become while parts of a tokenizer rewrite it.
///
/// Every rewriting may double a text, and a file may ask for any number of them. What real
/// tokenizers do stays far below this.
enum TextGrowth {
  private static let factor = 64

  /// The longest text that a match may be replaced by, in bytes.
  static let replacement = factor

  /// Whether so many bytes may have become of `original`.
  static func allows(_ bytes: Int, from original: Int) -> Bool {
    bytes <= factor * original + 1 << 16
  }

  /// Throws unless so many bytes may have become of `original`.
  static func check(_ bytes: Int, from original: Int) throws {
    guard allows(bytes, from: original) else {
      throw TokenizerError.textGrows(bytes: original, to: bytes)
    }
  }
}

extension Component {
  /// What matches are replaced by.
  func replacement(_ name: String) throws -> [UInt8] {
    try required(name, "a text of at most \(TextGrowth.replacement) bytes") { value in
      value.string.flatMap { $0.count <= TextGrowth.replacement ? $0.bytes : nil }
    }
  }
}
