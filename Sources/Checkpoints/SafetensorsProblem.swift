/// What makes a file no valid safetensors file.
package enum SafetensorsProblem: Error, Equatable {
  /// What git leaves in place of a file whose content it has not fetched.
  case gitPointer
  case tooShort(bytes: Int)
  /// More than `SafetensorsHeader.maximumLength`.
  case headerTooLong(bytes: UInt64)
  case headerBeyondEnd(headerBytes: Int, bytes: Int)
  /// What follows the length is no JSON object that begins with its first byte.
  case noHeaderObject
  case invalidJSON(String)
  case invalidMetadata
  /// Two names that are written with different bytes but are the same text.
  case duplicateName(String)
  case invalidField(tensor: String, field: String)
  case unknownType(tensor: String, dtype: String)
  case tooLarge(tensor: String)
  /// Elements of less than a byte that leave part of one over.
  case fractionalBytes(tensor: String)
  case sizeMismatch(tensor: String, expected: Int, found: Int)
  /// The tensor's content begins elsewhere than the previous one's ends.
  case notAdjacent(tensor: String, expected: Int, found: Int)
  /// Bytes that the tensors take together, and bytes that follow the header.
  case dataLength(expected: Int, found: Int)

  /// What a message says after the file's name.
  package var explanation: String {
    switch self {
    case .gitPointer:
      "git stored a pointer in its place. Fetch the content with 'git lfs pull'."
    case .tooShort(let bytes):
      "it has \(bytes) bytes, and the length of the header alone takes 8."
    case .headerTooLong(let bytes):
      "its header would be \(bytes) bytes long; 100 MB are allowed."
    case .headerBeyondEnd(let headerBytes, let bytes):
      "its header should end at byte \(headerBytes), but the file has \(bytes). "
        + "The download may be incomplete."
    case .noHeaderObject: "its header does not begin with '{'."
    case .invalidJSON(let message): "its header is not valid JSON. \(message)"
    case .invalidMetadata: "'__metadata__' must map strings to strings."
    case .duplicateName(let name): "the tensor '\(name)' occurs twice."
    case .invalidField(let tensor, let field): "'\(tensor)' has no valid '\(field)'."
    case .unknownType(let tensor, let dtype): "'\(tensor)' has the unknown dtype '\(dtype)'."
    case .tooLarge(let tensor): "the size of '\(tensor)' overflows."
    case .fractionalBytes(let tensor): "'\(tensor)' does not fill whole bytes."
    case .sizeMismatch(let tensor, let expected, let found):
      "'\(tensor)' should take \(expected) bytes by dtype and shape, but takes \(found)."
    case .notAdjacent(let tensor, let expected, let found):
      "'\(tensor)' should begin at byte \(expected) of the data, but begins at \(found)."
    case .dataLength(let expected, let found):
      "its tensors take \(expected) bytes, but \(found) follow the header."
        + (found < expected ? " The download may be incomplete." : "")
    }
  }
}
