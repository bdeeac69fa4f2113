extension JSONValue {
  /// The value as JSON on one line. Numbers that are no JSON are written as Python writes them.
  package var json: String {
    switch self {
    case .null: "null"
    case .bool(let bool): bool ? "true" : "false"
    case .integer(let number): "\(number)"
    case .number(let number) where number.isNaN: "NaN"
    case .number(let number) where number.isInfinite: number < 0 ? "-Infinity" : "Infinity"
    case .number(let number): "\(number)"
    case .string(let string): quotedJSON(string.text)
    case .array(let values): "[\(values.map(\.json).joined(separator: ", "))]"
    case .object(let object):
      "{"
        + object.members.map { "\(quotedJSON($0.key.text)): \($0.value.json)" }
        .joined(separator: ", ") + "}"
    }
  }
}

/// An object on several lines, as configuration files have it; its values are JSON already.
/// `depth` is how deep the object itself stands.
package func indentedJSON(_ members: [(key: String, value: String)], depth: Int = 0) -> String {
  let inner = String(repeating: "  ", count: depth + 1)
  let lines = members.map { "\(inner)\(quotedJSON($0.key)): \($0.value)" }
  return "{\n\(lines.joined(separator: ",\n"))\n\(String(repeating: "  ", count: depth))}"
}

/// A text as a JSON string, with its quotes; only what must be escaped is.
package func quotedJSON(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": quoted += "\\\""
    case "\\": quoted += "\\\\"
    case "\n": quoted += "\\n"
    case "\r": quoted += "\\r"
    case "\t": quoted += "\\t"
    case "\u{8}": quoted += "\\b"
    case "\u{C}": quoted += "\\f"
    case "\u{0}"..."\u{1F}":
      quoted += (scalar.value < 16 ? "\\u000" : "\\u00") + String(scalar.value, radix: 16)
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
}
