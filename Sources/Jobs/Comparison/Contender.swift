import BitAllocation

/// A strategy in a comparison.
package struct Contender: Sendable {
  /// The strategy's name; controls with several seeds share it.
  package let name: String
  package let strategy: any AllocationStrategy
  package let kind: Kind

  package enum Kind: String, Codable, Sendable {
    /// What the others are held against.
    case reference
    case rival
    /// What knows nothing, or the opposite of what was measured.
    case control
  }

  package init(_ strategy: any AllocationStrategy) {
    name = strategy.name
    self.strategy = strategy
    kind =
      switch strategy {
      case is ExactStrategy: .reference
      case is RandomStrategy, is InvertedStrategy: .control
      default: .rival
      }
  }

  /// The exact strategy first, then those asked for, or all; chance with five seeds.
  package static func list(_ names: [String]? = nil) -> [Contender] {
    allAllocationStrategies
      .filter { $0 is ExactStrategy || names?.contains($0.name) ?? true }
      .flatMap { strategy -> [any AllocationStrategy] in
        guard strategy is RandomStrategy else { return [strategy] }
        return (1...5).map { RandomStrategy(seed: $0) }
      }
      .map(Contender.init)
  }
}
