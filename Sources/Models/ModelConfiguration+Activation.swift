import Checkpoints
import Tensors

extension ModelConfiguration {
  /// The function between the two halves of a feed-forward layer. Throws `ModelError.unsupported`
  /// for a name that isn't known.
  func activation(_ key: String, default fallback: String) throws -> ElementFunction {
    let name = try string(key, default: fallback)
    guard let function = activationsByName[name] else {
      throw ModelError.unsupported(
        setting: key, value: name, known: activationsByName.keys.sorted(), file: file)
    }
    return function
  }
}

/// The names that configurations use.
private let activationsByName: [String: ElementFunction] = [
  "silu": .silu, "swish": .silu,
  "gelu": .gelu, "gelu_python": .gelu,
  "gelu_pytorch_tanh": .geluTanh, "gelu_new": .geluTanh, "gelu_fast": .geluTanh,
  "gelu_python_tanh": .geluTanh, "gelu_accurate": .geluTanh,
  "relu": .relu, "relu2": .reluSquared,
]
