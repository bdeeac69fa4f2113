import Foundation

/// A JSON document or a part of one.
///
/// Strings compare by their bytes and objects refuse duplicate keys, so a vocabulary that holds
/// "é" both composed and decomposed is read as the two entries it has. (`String` would call them
/// equal, and Foundation's readers would keep one.)
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number written without fraction and exponent that fits `Int`.
  case integer(Int)
  /// Any other number, always finite unless the parser was told to allow more.
  case number(Double)
  case string(JSONString)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue {
  /// The value of a whole number; also `3.0` and `3e2`, which some writers produce.
  package var int: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The value of any number.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The value of `true` or `false`.
  package var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// A string's exact bytes.
  package var string: JSONString? {
    if case .string(let value) = self { value } else { nil }
  }

  /// A string as Swift text, whose `==` is canonical equivalence.
  package var text: String? { string?.text }

  /// The values of an array.
  package var array: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  /// An object's members.
  package var object: JSONObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// Whether this is `null`, which is not the same as a key that is absent.
  package var isNull: Bool { self == .null }

  /// The value of a key, nil when this is no object or has no such key.
  package subscript(_ key: String) -> JSONValue? { object?[key] }

  /// What kind of value this is, with its article, for messages: "a string", "an object".
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a Boolean"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
