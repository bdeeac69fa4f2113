import Jobs

/// The layers of a comparison by block and role: what an expert of a block has is taken together with
/// what the others have.
struct LayerGrid {
  /// In the order in which they come first.
  let roles: [String]
  let blocks: Int
  /// The layers of each place; several where there are experts.
  private let places: [Place: [Int]]
  /// The layers that are in no block: the head.
  let heads: [Int]
  private let weights: [Int]

  private struct Place: Hashable {
    let role: String
    let block: Int
  }

  init(_ layers: [Comparison.Layer]) {
    var roles: [String] = []
    var places: [Place: [Int]] = [:]
    for (index, layer) in layers.enumerated() {
      guard let block = layer.block else { continue }
      if !roles.contains(layer.role) { roles.append(layer.role) }
      places[Place(role: layer.role, block: block), default: []].append(index)
    }
    self.roles = roles
    self.places = places
    blocks = (layers.compactMap(\.block).max() ?? -1) + 1
    heads = layers.indices.filter { layers[$0].block == nil }
    weights = layers.map(\.weights)
  }

  /// The layers of a role in a block.
  func layers(_ role: String, block: Int) -> [Int] { places[Place(role: role, block: block)] ?? [] }

  /// Bits per weight of some layers in an allocation, nil of none.
  func bitsPerWeight(_ layers: [Int], in cell: Comparison.Cell) -> Double? {
    let sum = layers.reduce(0) { $0 + weights[$1] }
    guard sum > 0 else { return nil }
    return Double(layers.reduce(0) { $0 + cell.layerBits[$1] }) / Double(sum)
  }

  /// The sum of some layers' errors in an allocation, nil of none.
  func error(_ layers: [Int], in cell: Comparison.Cell) -> Double? {
    layers.isEmpty ? nil : layers.reduce(0) { $0 + cell.layerErrors[$1] }
  }
}
