import Checkpoints
import Tensors

/// The function between the two halves of a feed-forward layer, by the names configurations use.
package enum Activation: Sendable {
  static let byName: [String: ElementFunction] = [
    "silu": .silu, "swish": .silu,
    "gelu": .gelu, "gelu_python": .gelu,
    "gelu_pytorch_tanh": .geluTanh, "gelu_new": .geluTanh, "gelu_fast": .geluTanh,
    "gelu_python_tanh": .geluTanh, "gelu_accurate": .geluTanh,
    "relu": .relu, "relu2": .reluSquared,
  ]

  /// The function that `key` names. Throws `ModelError.unsupported` for a name that isn't known.
  static func read(
    _ config: ModelConfiguration, _ key: String = "hidden_act", default fallback: String
  ) throws -> ElementFunction {
    let name = try config.string(key, default: fallback)
    guard let function = byName[name] else {
      throw ModelError.unsupported(
        setting: key, value: name, known: byName.keys.sorted(), file: config.file)
    }
    return function
  }
}
