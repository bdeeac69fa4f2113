import ByteJSON
import Foundation

/// Just enough JSON writing to add a key to somebody else's file and leave every other byte as it
/// is.
enum JSONText {
  /// The document with more keys at its end, whose values are JSON already. Keys that it has stay
  /// as they are.
  static func appending(
    _ members: [(key: String, value: String)], to document: Data, file: String
  ) throws -> Data {
    let object = try object(in: document, file: file)
    let added = members.filter { object[$0.key] == nil }
    guard !added.isEmpty, let brace = document.lastIndex(of: UInt8(ascii: "}")) else {
      return document
    }
    var kept = document[..<brace]
    while let last = kept.last, [0x20, 0x0a, 0x0d, 0x09].contains(last) { kept.removeLast() }
    let separator = object.count == 0 ? "\n" : ",\n"
    let lines = added.map { "  \(quoted($0.key)): \($0.value)" }.joined(separator: ",\n")
    return Data(kept) + Data("\(separator)\(lines)\n}\n".utf8)
  }

  static func object(in document: Data, file: String) throws -> JSONObject {
    let value: JSONValue
    do {
      value = try JSONValue.parse(document, allowingNonFinite: true)
    } catch {
      throw FormatError.configuration(file: file, reason: error.localizedDescription)
    }
    guard let object = value.object else {
      throw FormatError.configuration(file: file, reason: "It isn't a JSON object.")
    }
    return object
  }

  /// An object whose values are JSON already, indented as in `config.json`.
  static func object(_ members: [(String, String)], indent: Int = 1) -> String {
    let inner = String(repeating: "  ", count: indent + 1)
    let lines = members.map { "\(inner)\(quoted($0)): \($1)" }.joined(separator: ",\n")
    return "{\n\(lines)\n\(String(repeating: "  ", count: indent))}"
  }

  /// A value on one line.
  static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let bool): bool ? "true" : "false"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .string(let string): quoted(string.text)
    case .array(let values): "[\(values.map(text).joined(separator: ", "))]"
    case .object(let object):
      "{"
        + object.members.map { "\(quoted($0.key.text)): \(text($0.value))" }
        .joined(separator: ", ") + "}"
    }
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        result += "\\u" + String(format: "%04x", scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// At most four decimals.
  static func number(_ value: Double) -> String {
    let rounded = (value * 10_000).rounded() / 10_000
    return "\(rounded)"
  }
}
