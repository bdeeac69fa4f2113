import Foundation
import Tensors
import Testing
import Tokenizers

/// What the table does is among the vectors of the library; this is about damage.
@Suite("A damaged table of replacements")
struct PrecompiledNormalizerTests {
  /// A trie that leads from "a" to "xy": the root's offset is 256, that of "a" 512.
  private static let sound: [UInt8] = {
    var units = [UInt32](repeating: 0, count: 1024)
    units[0] = 256 << 10
    let node = 256 ^ 0x61
    units[node] = UInt32(0x61) | 1 << 8 | 512 << 10
    units[node ^ 512] = 1 << 31 | 0
    return bytes(units, replacements: "xy\0")
  }()

  private static func bytes(_ units: [UInt32], replacements: String) -> [UInt8] {
    ([UInt32(units.count * 4)] + units).flatMap { unit in
      (0..<4).map { UInt8(truncatingIfNeeded: unit >> (8 * UInt32($0))) }
    } + Array(replacements.utf8)
  }

  private func tokenizer(_ table: [UInt8]) throws -> Tokenizer {
    let text = Data(table).base64EncodedString()
    return try HandmadeTokenizer(
      normalizer: #"{"type":"Precompiled","precompiled_charsmap":"\#(text)"}"#
    ).load()
  }

  @Test("is one before it is damaged")
  func isSound() throws {
    #expect(try tokenizer(Self.sound).words(of: "bab") == ["bxyb"])
    #expect(try tokenizer(Self.sound).words(of: "a\u{301}b") == ["xyb"])
  }

  @Test("is an error where it is no table")
  func isNoTable() {
    for length in [0, 3, 4, 8, 4 + 4 * 1024 - 1] {
      #expect(throws: TokenizerError.self) { try tokenizer(Array(Self.sound[..<length])) }
    }
    #expect(throws: TokenizerError.self) { try tokenizer(Self.sound + [0xFF]) }
    #expect(throws: TokenizerError.self) { try tokenizer([0, 0, 0, 0]) }
    #expect(throws: TokenizerError.self) { try tokenizer([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]) }
    #expect(throws: TokenizerError.self) {
      try HandmadeTokenizer(
        normalizer: #"{"type":"Precompiled","precompiled_charsmap":"no base64!"}"#
      ).load()
    }
  }

  @Test("leads nowhere where its numbers are arbitrary", arguments: 0..<8)
  func isArbitrary(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<100 {
      let units = (0..<512).map { i -> UInt32 in
        // Mostly numbers that lead on: to the byte that brought us here, and back into the table.
        guard Bool.random(using: &generator) else {
          return .random(in: 0 ... .max, using: &generator)
        }
        return UInt32(i & 0xFF) | .random(in: 0..<512, using: &generator) << 10
          | .random(in: 0...3, using: &generator) << 8
      }
      let tokenizer = try tokenizer(Self.bytes(units, replacements: "aé中\0b"))
      let text = generator.text(length: 200)
      let words = try tokenizer.words(of: text)
      #expect(words.joined().utf8.count < 200 * 64)
    }
  }
}
