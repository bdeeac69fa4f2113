import Foundation

/// Why bytes are not the JSON document they should be, and where.
package struct JSONError: LocalizedError, Equatable {
  /// What is wrong.
  package enum Problem: Equatable, Sendable {
    case documentTooLarge
    case invalidUTF8
    /// The document ends where `expected` should stand.
    case unexpectedEnd(expected: String)
    case unexpectedCharacter(Unicode.Scalar, expected: String)
    /// Something other than space after the value.
    case trailingContent
    /// Digits that don't follow JSON's grammar, such as `01`.
    case invalidNumber
    /// A number beyond the range of `Double`.
    case numberTooLarge
    /// A byte below 0x20 that a string must write as an escape.
    case controlCharacter(UInt8)
    case invalidEscape
    /// A `\u` escape that is half of a surrogate pair; it denotes no character.
    case loneSurrogate
    case duplicateKey(String)
    case tooDeep(limit: Int)
  }

  /// What is wrong.
  package let problem: Problem
  /// Bytes before the problem.
  package let offset: Int
  /// Counted from 1.
  package let line: Int

  /// A problem and where it is.
  package init(problem: Problem, offset: Int, line: Int) {
    self.problem = problem
    self.offset = offset
    self.line = line
  }

  package var errorDescription: String? { "Line \(line), byte \(offset): \(explanation)" }

  private var explanation: String {
    switch problem {
    case .documentTooLarge: "a document of 4 GiB or more is not supported."
    case .invalidUTF8: "this is not valid UTF-8, which JSON has to be."
    case .unexpectedEnd(let expected):
      "the document ends where \(expected) should be. The file may be incomplete."
    case .unexpectedCharacter(let found, let expected):
      "found \(found.debugDescription), expected \(expected)."
    case .trailingContent: "there is more after the end of the document."
    case .invalidNumber: "this is not a number as JSON writes them."
    case .numberTooLarge: "this number is beyond the range of a 64-bit floating-point number."
    case .controlCharacter(let byte):
      "a string contains the control character \(byte), which has to be written as an escape."
    case .invalidEscape: "this is not one of JSON's escapes."
    case .loneSurrogate: "a \\u escape is half of a surrogate pair without the other half."
    case .duplicateKey(let key): "the key \(key.debugDescription) occurs twice in one object."
    case .tooDeep(let limit): "values are nested more than \(limit) levels deep."
    }
  }
}
