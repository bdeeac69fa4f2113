import ByteJSON
import Foundation
import Tensors
import Tokenizers

/// A small `tokenizer.json`, put together from its parts as JSON.
struct HandmadeTokenizer {
  var vocabulary: [String] = []  // the id of a token is its place
  var merges: [(String, String)] = []
  var model = ""  // further members of "model", each with a comma before it
  var normalizer = "null"
  var preTokenizer = "null"
  var postProcessor = "null"
  var decoder = "null"
  var addedTokens: [String] = []

  var json: String {
    let vocabulary = vocabulary.enumerated().map { "\(quoted($1)):\($0)" }
    let merges = merges.map { "[\(quoted($0)),\(quoted($1))]" }
    return """
      {"version":"1.0","added_tokens":[\(addedTokens.joined(separator: ","))],
      "normalizer":\(normalizer),"pre_tokenizer":\(preTokenizer),
      "post_processor":\(postProcessor),"decoder":\(decoder),
      "model":{"type":"BPE","vocab":{\(vocabulary.joined(separator: ","))},
      "merges":[\(merges.joined(separator: ","))]\(model)}}
      """
  }

  func load() throws -> Tokenizer { try Tokenizer(json: Data(json.utf8)) }

  /// The words of a text, as the pre-tokenizer makes them.
  func words(of text: String) throws -> [String] { try load().words(of: text) }

  /// The tokens of a text.
  func tokens(of text: String) throws -> [String] {
    let tokenizer = try load()
    return try tokenizer.encode(text).map { tokenizer.token($0) ?? "?" }
  }

  /// An entry of "added_tokens".
  static func added(_ content: String, id: Int, _ flags: String...) -> String {
    let flags = flags.map { ",\"\($0)\":true" }.joined()
    return "{\"id\":\(id),\"content\":\(quoted(content))\(flags)}"
  }
}

/// A JSON string.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": result += "\\\(scalar)"
    case "\0"..<" ":
      result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

/// A `Split` pre-tokenizer with a regular expression.
func splitting(_ regex: String, behavior: String = "Isolated") -> String {
  "{\"type\":\"Split\",\"pattern\":{\"Regex\":\(quoted(regex))},\"behavior\":\"\(behavior)\"}"
}

enum Pattern {
  static let gpt2 = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
  static let llama3 = modern(#"\p{N}{1,3}"#)
  static let qwen2 = modern(#"\p{N}"#)

  private static func modern(_ number: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + number
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }
}

/// The 256 characters that byte-level tokenizers write bytes as, by byte.
let byteAlphabet: [String] = {
  var next: UInt32 = 0x100
  return (0...255 as ClosedRange<UInt32>).map { byte in
    var scalar = byte
    let isPrintable =
      (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
    if !isPrintable { (scalar, next) = (next, next + 1) }
    return String(Unicode.Scalar(scalar)!)
  }
}()

/// A byte-level tokenizer with a token for every byte and a few longer ones.
let byteLevel = HandmadeTokenizer(
  vocabulary: byteAlphabet + ["Ġt", "he", "Ġthe", "ll", "ÃĹ", "<s>"],
  merges: [("Ġ", "t"), ("h", "e"), ("Ġt", "he"), ("l", "l"), ("Ã", "Ĺ")],
  preTokenizer: #"{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}"#,
  decoder: #"{"type":"ByteLevel"}"#)

extension SeededGenerator {
  /// A text of characters that tokenizers treat differently from each other.
  mutating func text(length: Int) -> String {
    let alphabet = Array(
      "aAsStTreEvVlLmMdDzé'’ſ 0123½Ⅷ.,!-_\n\r\t\u{A0}\u{3000}\u{200B}\u{301}中ก𝔘😀\0<s>▁ĠÃĹ"
        .unicodeScalars)
    var text = String.UnicodeScalarView()
    for _ in 0..<length { text.append(alphabet.randomElement(using: &self)!) }
    return String(text)
  }
}
