import ByteJSON
import Foundation

/// Just enough JSON writing to add a key to somebody else's file and leave every other byte as it
/// is.
enum JSONText {
  /// The document with one more key at its end.
  static func appending(
    _ key: String, value: String, to document: Data, file: String
  ) throws -> Data {
    let object: JSONObject?
    do {
      object = try JSONValue.parse(document, allowingNonFinite: true).object
    } catch {
      throw FormatError.configuration(file: file, reason: error.localizedDescription)
    }
    guard let object, let brace = document.lastIndex(of: UInt8(ascii: "}")) else {
      throw FormatError.configuration(file: file, reason: "It isn't a JSON object.")
    }
    var kept = document[..<brace]
    while let last = kept.last, [0x20, 0x0a, 0x0d, 0x09].contains(last) { kept.removeLast() }
    let separator = object.count == 0 ? "\n" : ",\n"
    return Data(kept) + Data("\(separator)  \(quoted(key)): \(value)\n}\n".utf8)
  }

  /// An object whose values are JSON already, indented as `config.json` is.
  static func object(_ members: [(String, String)], indent: Int = 1) -> String {
    let inner = String(repeating: "  ", count: indent + 1)
    let lines = members.map { "\(inner)\(quoted($0)): \($1)" }.joined(separator: ",\n")
    return "{\n\(lines)\n\(String(repeating: "  ", count: indent))}"
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
