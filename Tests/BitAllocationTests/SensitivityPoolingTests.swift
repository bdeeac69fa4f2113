import BitAllocation
import Foundation
import Tensors
import Testing

@Suite("Pooled sensitivities")
struct SensitivityPoolingTests {
  private typealias Layer = SensitivityPooling.Layer
  private let roles = ["q", "k", "v", "o", "up"]
  private let blocks = 20

  /// What a role has in common, over depth.
  private func truth(_ role: Int, _ block: Int) -> Double {
    let depth = 2 * Double(block) / Double(blocks - 1) - 1
    return exp(Double(role) - 2 + 0.4 * depth - 0.3 * depth * depth)
  }

  /// Layers whose coefficients deviate by factors of about e^`spread`, observed with errors of
  /// about e^`noise`, and the head.
  private func layers(
    spread: Double, noise: Double, seed: Int
  ) -> (layers: [SensitivityPooling.Layer], truths: [Double]) {
    var random = SeededGenerator(seed: UInt64(seed))
    var layers: [Layer] = []
    var truths: [Double] = []
    for block in 0..<blocks {
      for (index, role) in roles.enumerated() {
        let truth = truth(index, block) * exp(spread * Double(random.nextNormal()))
        let seen = truth * exp(noise * Double(random.nextNormal()))
        layers.append(Layer(role: role, block: block, observed: (seen, noise * seen)))
        truths.append(truth)
      }
    }
    layers.append(Layer(role: "head", block: nil, observed: (7, 1)))
    return (layers, truths + [7])
  }

  private func error(_ found: [Double], _ truths: [Double]) -> Double {
    zip(found, truths).reduce(0) { $0 + log($1.0 / $1.1) * log($1.0 / $1.1) }
  }

  @Test("are what was observed where that is certain", arguments: 0..<5)
  func believesWhatIsCertain(seed: Int) {
    let (layers, truths) = layers(spread: 0.5, noise: 1e-6, seed: seed)
    let found = SensitivityPooling(layers, blocks: blocks).coefficients()
    for (found, truth) in zip(found, truths) { #expect(abs(found / truth - 1) < 1e-5) }
  }

  @Test("are the role's curve where all deviations are noise", arguments: 0..<5)
  func seesThroughNoise(seed: Int) {
    let (layers, truths) = layers(spread: 0, noise: 0.5, seed: seed)
    let found = SensitivityPooling(layers, blocks: blocks).coefficients()
    let raw = layers.map { $0.observed!.value }
    // But for the last block, which is believed.
    let inner = 0..<(blocks - 1) * roles.count
    #expect(
      error(Array(found[inner]), Array(truths[inner]))
        < error(Array(raw[inner]), Array(truths[inner])) / 4)
    #expect(Array(found.suffix(6)) == Array(raw.suffix(6)))
  }

  @Test("are nearer to the truth than what was observed", arguments: 0..<10)
  func isNearer(seed: Int) {
    let (layers, truths) = layers(spread: 0.3, noise: 0.3, seed: seed)
    let found = SensitivityPooling(layers, blocks: blocks).coefficients()
    #expect(error(found, truths) < error(layers.map { $0.observed!.value }, truths))
  }

  @Test func giveWhatIsUnresolvedItsRolesValue() {
    var (layers, _) = layers(spread: 0, noise: 1e-3, seed: 1)
    let unresolved = [7, 33, 60]
    for index in unresolved { layers[index].observed = nil }
    // A role of which nothing is known, and the head.
    layers.append(Layer(role: "unknown", block: 3, observed: nil))
    layers[blocks * roles.count].observed = nil
    let found = SensitivityPooling(layers, blocks: blocks).coefficients()
    for index in unresolved {
      #expect(abs(found[index] / truth(index % 5, index / 5) - 1) < 0.01)
    }
    let range = layers.compactMap { $0.observed?.value }
    #expect(found.suffix(2).allSatisfy { (range.min()!...range.max()!).contains($0) })
  }

  @Test func areOneWhereNothingIsKnown() {
    let layers = [
      Layer(role: "q", block: 0, observed: nil), Layer(role: "head", block: nil, observed: nil),
    ]
    #expect(SensitivityPooling(layers, blocks: 1).coefficients() == [1, 1])
  }

  @Test("need no more than a layer", arguments: 1...3)
  func ofAFewLayers(blocks: Int) {
    let layers = (0..<blocks).map { block in
      Layer(role: "q", block: block, observed: (2, 0.5))
    }
    for found in SensitivityPooling(layers, blocks: blocks).coefficients() {
      #expect(abs(found - 2) < 1e-5)
    }
  }

  @Test func areIndependentOfTheOrder() {
    let (layers, _) = layers(spread: 0.3, noise: 0.3, seed: 4)
    let found = SensitivityPooling(layers, blocks: blocks).coefficients()
    let reversed = SensitivityPooling(layers.reversed(), blocks: blocks).coefficients()
    for (a, b) in zip(found, reversed.reversed()) { #expect(abs(a / b - 1) < 1e-9) }
  }
}
