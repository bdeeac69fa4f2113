/// Leaves layers whose names match a pattern only some of their options.
package struct LayerRule: Codable, Equatable, Sendable {
  /// A layer's name, in which `*` stands for any characters and `?` for one.
  package var pattern: String
  package var kind: Kind
  package var value: Value

  package enum Kind: String, Codable, Sendable {
    /// The option named, or the one nearest to so many bits per weight.
    case pin
    /// No option with fewer bits.
    case min
    /// No option with more bits.
    case max
  }

  package enum Value: Equatable, Sendable {
    /// Bits per weight, scales included.
    case bitsPerWeight(Double)
    /// The name of an option.
    case option(String)
  }

  package init(_ kind: Kind, _ pattern: String, _ value: Value) {
    self.kind = kind
    self.pattern = pattern
    self.value = value
  }

  /// As on the command line: "--min *.v_proj=4".
  package var text: String { "--\(kind.rawValue) \(pattern)=\(value.text)" }

  func matches(_ name: String) -> Bool {
    name.utf8.matches(pattern.utf8)
  }

  /// Takes away the options that rules forbid. Throws for a pattern that matches no layer, an option
  /// that a layer doesn't have, and rules that leave a layer nothing.
  static func apply(
    _ rules: [LayerRule], to layers: inout [AllocationProblem.Layer]
  ) throws(AllocationError) {
    // Every rule sees all options: what is nearest doesn't depend on the other rules.
    let original = layers
    for rule in rules {
      var matched = false
      for index in layers.indices where rule.matches(layers[index].name) {
        matched = true
        let layer = original[index]
        let names = Set(try rule.allowed(layer).map(\.name))
        let allowed = layers[index].options.filter { names.contains($0.name) }
        guard !allowed.isEmpty else {
          throw .contradictoryRules(
            layer: layer.name,
            rules: rules.filter { $0.matches(layer.name) }.map(\.text),
            smallest: layer.bitsPerWeight(of: layer.options.map(\.bits).min() ?? 0),
            largest: layer.bitsPerWeight(of: layer.options.map(\.bits).max() ?? 0))
        }
        layers[index].options = allowed
      }
      guard matched else { throw .ruleWithoutLayer(rule.text, example: layers[0].name) }
    }
  }
}

extension LayerRule {
  /// What the rule leaves of a layer's options.
  private func allowed(
    _ layer: AllocationProblem.Layer
  ) throws(AllocationError) -> [AllocationProblem.Option] {
    switch (kind, value) {
    case (.pin, .bitsPerWeight(let bits)):
      // The nearest; of two as near, the smaller.
      let nearest = layer.options.min {
        (abs(layer.bitsPerWeight(of: $0.bits) - bits), $0.bits)
          < (abs(layer.bitsPerWeight(of: $1.bits) - bits), $1.bits)
      }
      return layer.options.filter { $0.name == nearest?.name }
    case (.min, .bitsPerWeight(let bits)):
      return layer.options.filter { layer.bitsPerWeight(of: $0.bits) >= bits }
    case (.max, .bitsPerWeight(let bits)):
      return layer.options.filter { layer.bitsPerWeight(of: $0.bits) <= bits }
    case (.pin, .option(let name)):
      _ = try bits(of: name, layer)
      return layer.options.filter { $0.name == name }
    case (.min, .option(let name)):
      let limit = try bits(of: name, layer)
      return layer.options.filter { $0.bits >= limit }
    case (.max, .option(let name)):
      let limit = try bits(of: name, layer)
      return layer.options.filter { $0.bits <= limit }
    }
  }

  private func bits(
    of option: String, _ layer: AllocationProblem.Layer
  ) throws(AllocationError) -> Int {
    guard let found = layer.options.first(where: { $0.name == option }) else {
      throw .unknownOption(option, layer: layer.name, rule: text)
    }
    return found.bits
  }
}

extension AllocationProblem.Layer {
  func bitsPerWeight(of bits: Int) -> Double { Double(bits) / Double(weights) }
}

extension LayerRule.Value {
  var text: String {
    switch self {
    case .bitsPerWeight(let bits):
      bits == bits.rounded() && abs(bits) < 1e15 ? "\(Int(bits))" : "\(bits)"
    case .option(let name): name
    }
  }
}

extension LayerRule.Value: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let bits = try? container.decode(Double.self) {
      self = .bitsPerWeight(bits)
    } else {
      self = .option(try container.decode(String.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .bitsPerWeight(let bits): try container.encode(bits)
    case .option(let name): try container.encode(name)
    }
  }
}

extension String.UTF8View {
  /// Whether the whole text fits a pattern of characters, `?` and `*`.
  fileprivate func matches(_ pattern: String.UTF8View) -> Bool {
    let (text, pattern) = (Array(self), Array(pattern))
    var (place, next) = (0, 0)
    // Where to go on when what follows the last star doesn't fit: the star takes one more.
    var retry: (place: Int, next: Int)?
    while place < text.count {
      if next < pattern.count, pattern[next] == UInt8(ascii: "*") {
        retry = (place, next + 1)
        next += 1
      } else if next < pattern.count,
        pattern[next] == text[place] || pattern[next] == UInt8(ascii: "?")
      {
        place += 1
        next += 1
      } else if let (start, after) = retry {
        retry = (start + 1, after)
        (place, next) = (start + 1, after)
      } else {
        return false
      }
    }
    return pattern[next...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
