import ByteJSON
import Foundation

/// SentencePiece's compiled normalization: a table of texts and their replacements.
///
/// The table is looked up with whole graphemes below six bytes first, and with single scalars
/// otherwise. What replaces a grapheme is the *shortest* entry it begins with. The library that
/// wrote these rules down says that they are odd and must be so.
struct PrecompiledNormalizer: Normalizer {
  static let names = ["Precompiled"]

  private let map: CharacterMap
  /// What replaces each ASCII character that is a grapheme of its own.
  private let ascii: [[UInt8]]  // (128)

  /// The longest grapheme, in bytes, that is looked up as a whole.
  private static let graphemeLimit = 5

  init(_ component: Component) throws {
    map = try component.required("precompiled_charsmap", "a SentencePiece table in base64") {
      value in
      value.text.flatMap { Data(base64Encoded: $0) }.flatMap { CharacterMap(Array($0)) }
    }
    ascii = (0..<128).map { [map] byte in
      [byte].withUnsafeBufferPointer { map.replacement(of: $0) } ?? [byte]
    }
  }

  func normalize(_ text: [UInt8]) -> [UInt8] {
    text.withUnsafeBufferPointer { text in
      var result: [UInt8] = []
      result.reserveCapacity(text.count)
      var i = 0
      while i < text.count {
        // Between two ASCII characters a grapheme ends, unless they are CR and LF.
        var end = i + 1
        while end < text.count, !Self.isBoundary(text[end - 1], text[end]) { end += 1 }
        if end == i + 1 {
          result += ascii[Int(text[i])]
        } else {
          append(text.slice(i..<end), to: &result)
        }
        i = end
      }
      return result
    }
  }

  /// The library does not notice what this normalizer drops.
  func keepsStart(of character: [UInt8]) -> Bool { true }

  private static func isBoundary(_ left: UInt8, _ right: UInt8) -> Bool {
    left < 0x80 && right < 0x80 && !(left == UInt8(ascii: "\r") && right == UInt8(ascii: "\n"))
  }

  private func append(_ text: UTF8Text, to result: inout [UInt8]) {
    for grapheme in String(decoding: text, as: UTF8.self) {
      let bytes = Array(grapheme.utf8)
      bytes.withUnsafeBufferPointer { bytes in
        if bytes.count <= Self.graphemeLimit, let replacement = map.replacement(of: bytes) {
          result += replacement
          return
        }
        var i = 0
        while i < bytes.count {
          let scalar = bytes.slice(i..<i + bytes.scalarLength(at: i))
          if let replacement = map.replacement(of: scalar) {
            result += replacement
          } else {
            result += scalar
          }
          i += scalar.count
        }
      }
    }
  }
}
