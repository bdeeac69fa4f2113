import Foundation
import Models
import Tensors
import Testing

/// Weights made up on the spot.
private struct MadeUpWeights: WeightSource {
  var values: [String: [Float]] = [:]

  func weights(of linear: Linear) throws -> Matrix {
    Matrix(
      rows: linear.inputs, columns: linear.outputs,
      elements: values[linear.name] ?? [Float](repeating: 1, count: linear.weightCount))
  }
  func bias(of linear: Linear) throws -> [Float]? { nil }
  func floats(_ tensor: String, shape: [Int]) throws -> [Float] { values[tensor]! }
  func embeddings(of tokens: [Int32], in tensor: String, width: Int) throws -> Matrix {
    Matrix(rows: tokens.count, columns: width)
  }
}

@Suite("A router")
struct RouterTests {
  /// One feature, so that router weights are logits for an input of 1.
  private func loaded(
    logits: [Float], chosen: Int, normalizes: Bool, down: [Float]? = nil
  ) throws -> LoadedBlock {
    let experts = logits.indices.map { expert in
      Pathway(
        readers: [
          Linear("\(expert).gate", in: 1, out: 1), Linear("\(expert).up", in: 1, out: 1),
        ],
        mixer: .gated(.relu), writer: Linear("\(expert).down", in: 1, out: 1),
        share: .routed(expert: expert))
    }
    let router = Router(
      "router", experts: logits.count, width: 1, chosen: chosen, normalizes: normalizes)
    let block = Block(
      name: "block", index: 0,
      sublayers: [Sublayer([Branch(norm: nil, router: router, pathways: experts)])])
    var weights = MadeUpWeights(values: ["router.weight": logits])
    for (expert, value) in (down ?? []).enumerated() { weights.values["\(expert).down"] = [value] }
    return try LoadedBlock(block, from: weights, length: 4)
  }

  private func shares(
    _ loaded: LoadedBlock, experts: Int, of input: [Float]
  ) -> [[Int: Float]] {
    let states = Matrix(rows: input.count, columns: 1, elements: input)
    let selections = loaded.selections(states, in: 0)
    var result = [[Int: Float]](repeating: [:], count: input.count)
    for expert in 0..<experts {
      let selection = selections[PathwayIndex(branch: 0, pathway: expert)]!
      for (token, share) in zip(selection.tokens!, selection.shares!) {
        result[token][expert] = share
      }
    }
    return result
  }

  @Test func takesTheLargestSharesOfASoftmax() throws {
    let logits: [Float] = [1, 2, 0.5, 1.5]
    let plain = try shares(
      loaded(logits: logits, chosen: 2, normalizes: false), experts: 4, of: [1])[0]
    #expect(plain.keys.sorted() == [1, 3])
    #expect(abs(plain[1]! - 0.45505423) < 1e-6 && abs(plain[3]! - 0.27600435) < 1e-6)
    let normalized = try shares(
      loaded(logits: logits, chosen: 2, normalizes: true), experts: 4, of: [1])[0]
    #expect(abs(normalized[1]! - 0.62245933) < 1e-6 && abs(normalized[3]! - 0.37754067) < 1e-6)
  }

  @Test func takesTheFirstOfEqualExperts() throws {
    let found = try shares(
      loaded(logits: [0, 0, 0, 0], chosen: 2, normalizes: true), experts: 4, of: [1, 1])
    #expect(found == [[0: 0.5, 1: 0.5], [0: 0.5, 1: 0.5]])
  }

  @Test func sendsTokensDifferentWays() throws {
    let found = try shares(
      loaded(logits: [1, -1], chosen: 1, normalizes: true), experts: 2, of: [1, -1, 2])
    #expect(found.map { $0.keys.first } == [0, 1, 0])
  }

  /// relu(x) · x for x = 2 is 4, times the share and what the expert's last layer multiplies with.
  @Test func addsExpertsByTheirShares() throws {
    let block = try loaded(
      logits: [1, 2, 0.5, 1.5], chosen: 2, normalizes: true, down: [100, 1, 100, 10])
    let result = block.run(Matrix(rows: 1, columns: 1, elements: [2]))
    let weights = [exp(4.0), exp(3.0)]
    let expected = 2 + 4 * (weights[0] * 1 + weights[1] * 10) / (weights[0] + weights[1])
    #expect(abs(Double(result[0, 0]) - expected) < 1e-4)
  }
}
