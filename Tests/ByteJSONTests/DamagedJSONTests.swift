import ByteJSON
import Foundation
import Tensors
import Testing

@Suite("Damaged JSON")
struct DamagedJSONTests {
  static let document = Array(
    #"{"tensor":{"dtype":"F32","shape":[2, 3],"data_offsets":[0,24]},"é\n😀":[true,null,-1.5e3]}"#
      .utf8)

  @Test("is an error when cut at any byte")
  func cut() {
    for length in Self.document.indices {
      #expect(throws: JSONError.self) { try JSONValue.parse(Self.document[..<length]) }
    }
  }

  @Test("gives an error or a value, and never a crash, when bytes change", arguments: 0..<16)
  func mutated(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let syntax = Array("{}[]\",:\\u0123456789+-.eEtfnNaI \0\u{E9}".utf8)
    for _ in 0..<5000 {
      var bytes = Self.document
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let i = bytes.indices.randomElement(using: &generator)!
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[i] = .random(in: 0...255, using: &generator)
        case 1: bytes[i] = syntax.randomElement(using: &generator)!
        case 2: bytes.insert(syntax.randomElement(using: &generator)!, at: i)
        default: bytes.remove(at: i)
        }
      }
      // Touches every key and string, so that a bad range would show.
      if let value = try? JSONValue.parse(bytes, allowingNonFinite: true) {
        #expect(String(describing: value).isEmpty == false)
      }
    }
  }

  @Test("is explained with its line and byte")
  func isExplained() {
    let error = JSONError(problem: .duplicateKey("a\"b"), offset: 17, line: 2)
    #expect(
      error.localizedDescription
        == #"Line 2, byte 17: the key "a\"b" occurs twice in one object."#)
  }
}
