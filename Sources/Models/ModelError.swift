import Foundation

/// Why a model folder can't be understood or run.
package enum ModelError: LocalizedError, Equatable {
  /// `config.json` doesn't say what the model is.
  case noArchitecture(file: String)
  /// `closest` is the known name most like it.
  case unknownArchitecture(String, closest: String, file: String)
  /// A classifier, an encoder or the like.
  case noLanguageModel(String, file: String)
  /// A setting of `config.json` whose value is none of those that can be run.
  case unsupported(setting: String, value: String, known: [String], file: String)
  /// Settings of `config.json` that can't all be true; the text says which.
  case contradiction(String, file: String)
  /// A setting of `config.json` that asks for more than is stored; `found` says what is.
  case incomplete(setting: String, value: Int, found: String, file: String)
  case missingTensor(String, directory: String)
  case unexpectedShape(tensor: String, expected: [Int], found: [Int])
  /// A tensor in a block that the description doesn't have.
  case unexpectedTensor(String, architecture: String, directory: String)
  case tokenOutOfRange(token: Int, vocabulary: Int)
  case alreadyQuantized(method: String, directory: String)
  /// `config.json` tells of a quantization that the tensors don't have.
  case notQuantized(method: String, directory: String)
  /// Hidden states with infinities or NaN, first seen in the block `place`.
  case notFinite(place: String)

  package var errorDescription: String? {
    switch self {
    case .noArchitecture(let file):
      "\(file) doesn't say what the model is: it has neither 'architectures' nor 'model_type'."
    case .unknownArchitecture(let name, let closest, let file):
      "\(file): the architecture '\(name)' isn't known here"
        + "; the known name most like it is '\(closest)'. docs/adding-an-architecture.md says how to add it, in a file "
        + "Sources/Models/Architectures/\(Self.fileName(for: name)).swift."
    case .noLanguageModel(let name, let file):
      "\(file): \(name) isn't a language model that predicts the next token, as those that can be "
        + "quantized here do."
    case .unsupported(let setting, let value, let known, let file):
      "\(file): \(setting) is '\(value)'; supported are \(known.joined(separator: ", "))."
    case .contradiction(let what, let file):
      "\(file) contradicts itself: \(what)."
    case .incomplete(let setting, let value, let found, let file):
      "\(file): \(setting) is \(value), but the folder has \(found): the download may be "
        + "incomplete."
    case .missingTensor(let name, let directory):
      "There is no tensor '\(name)' in \(directory), but its config.json asks for it. "
        + "The download may be incomplete."
    case .unexpectedShape(let tensor, let expected, let found):
      "'\(tensor)' has shape \(found), but config.json makes it \(expected)."
    case .unexpectedTensor(let name, let architecture, let directory):
      "\(directory) has a tensor '\(name)', which \(architecture) hasn't as its config.json describes "
        + "it. Without it the model would compute something else; check 'architectures' and the "
        + "settings about biases and norms."
    case .tokenOutOfRange(let token, let vocabulary):
      "Token id \(token) is outside the model's vocabulary of \(vocabulary). "
        + "The tokenizer and the model don't belong together."
    case .alreadyQuantized(let method, let directory):
      "\(directory) is already quantized (\(method)). Give the original model, with weights of 16 or "
        + "32 bits."
    case .notQuantized(let method, let directory):
      "config.json in \(directory) says that the model is quantized (\(method)), but its tensors "
        + "aren't. Take the entry out of config.json if these are the original's weights."
    case .notFinite(let place):
      "The hidden states become infinite or NaN in \(place): the weights are damaged, "
        + "or too large for 32-bit arithmetic."
    }
  }

  /// "FooForCausalLM" and "foo" go into Foo.swift.
  private static func fileName(for architecture: String) -> String {
    let family = architecture.split(separator: "For").first.map(String.init) ?? ""
    let letters = family.filter { $0.isLetter || $0.isNumber }
    return letters.isEmpty ? "NewFamily" : letters.prefix(1).uppercased() + letters.dropFirst()
  }
}
