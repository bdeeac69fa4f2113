import ByteJSON
import Foundation

/// Why a tokenizer cannot be loaded or text cannot be encoded.
package enum TokenizerError: LocalizedError, Equatable {
  case unreadable(file: String, reason: String)
  case noTokenizer(directory: String)
  case malformed(file: String, JSONError)
  /// A key holds another kind of value than the format says; `found` is nil when it is absent.
  case unexpectedValue(file: String, key: String, expected: String, found: String?)
  case unsupported(file: String, what: String)
  /// A regular expression that the engine for those without a scanner refuses.
  case invalidPattern(file: String, key: String, pattern: String)
  /// The engine gave up on a text.
  case patternFailed(pattern: String, bytes: Int)
  /// A model without an unknown token met a text it has no tokens for.
  case noToken(text: String)
  /// `merge` is its index in "model.merges".
  case unknownMergeToken(file: String, merge: Int, token: String)
  case duplicateID(file: String, id: Int, first: String, second: String)
  /// An added token whose id is another one in the vocabulary or in an earlier entry.
  case contradictoryID(file: String, token: String, id: Int, other: Int)
  case textTooLong(bytes: Int)
  /// Normalizers or pre-tokenizers make far more of a text than any real tokenizer's.
  case textGrows(bytes: Int, to: Int)

  package var errorDescription: String? {
    switch self {
    case .unreadable(let file, let reason):
      "\(file) cannot be read: \(reason)"
    case .noTokenizer(let directory):
      "There is no tokenizer.json in \(directory). "
        + "Models that come with tokenizer.model only can be converted with Hugging Face's "
        + "AutoTokenizer: load the folder and save it again."
    case .malformed(let file, let error):
      "\(file) is not valid JSON. \(error.localizedDescription)"
    case .unexpectedValue(let file, let key, let expected, let found?):
      "In \(file), '\(key)' is \(found); it should be \(expected)."
    case .unexpectedValue(let file, let key, let expected, nil):
      "In \(file), '\(key)' is missing; it should be \(expected)."
    case .unsupported(let file, let what):
      "\(file) cannot be used: \(what) is not supported yet."
    case .invalidPattern(let file, let key, let pattern):
      "In \(file), '\(key)' is no regular expression that this tool can run: \(pattern)"
    case .patternFailed(let pattern, let bytes):
      "The tokenizer's regular expression runs out of time or memory on a text of \(bytes) bytes: "
        + pattern
    case .noToken(let text):
      "The tokenizer has no token for '\(text)', and none for unknown text."
    case .unknownMergeToken(let file, let merge, let token):
      "In \(file), 'model.merges[\(merge)]' needs the token '\(token)', "
        + "which is not in 'model.vocab'. The two do not belong together."
    case .duplicateID(let file, let id, let first, let second):
      "In \(file), the tokens '\(first)' and '\(second)' both have id \(id); ids must be unique."
    case .contradictoryID(let file, let token, let id, let other):
      "In \(file), 'added_tokens' gives '\(token)' the id \(id), "
        + "but it is already known with id \(other)."
    case .textGrows(let bytes, let grown):
      "The tokenizer makes \(grown) bytes of a text of \(bytes) before it encodes it. "
        + "Its tokenizer.json is damaged: download it again."
    case .textTooLong(let bytes):
      "A text of \(bytes) bytes is too long to be encoded at once; "
        + "cut it into texts below 2 GiB, for example at paragraphs."
    }
  }
}
