import Checkpoints
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// Logits and hidden states against what transformers computed in 32-bit floats.
@Suite(
  "The forward pass", .enabled(if: SharedFolder.exists, Comment(rawValue: SharedFolder.absence)))
struct OracleTests {
  static let folders = [
    "oracles/llama-bias-f32", "oracles/llama-gqa-bf16", "oracles/llama-gqa-f16",
    "oracles/llama-mha-f32", "oracles/llama-rope3-bf16", "oracles/llama-ropelinear-bf16",
    "oracles/llama-sharded-bf16", "oracles/llama-tied-bf16", "oracles/mistral-swa-bf16",
    "oracles/qwen2-bf16", "models/demo", "models/stories260K",
  ]

  /// Two 32-bit implementations that add in different orders differ by rounding alone. A logit is a
  /// sum of `hidden` products behind as many roundings per block: errors of independent signs grow
  /// with their square root, and each is at most half a unit of the largest logit.
  static func tolerance(_ model: ModelDescription, largest: Float) -> Float {
    let roundings = Float(model.hiddenSize * (model.blocks.count * 7 + 1)).squareRoot()
    return 4 * roundings * largest * .ulpOfOne
  }

  @Test("gives transformers' logits", arguments: folders)
  func givesTheLogits(folder: String) throws {
    let model = try Model(Checkpoint(SharedFolder.path(folder)))
    let reference = try Reference(SharedFolder.path(folder))
    for (index, tokens) in reference.tokens.enumerated() {
      let logits = try model.logits(tokens)
      let expected = reference.logits[index]
      let bound = Self.tolerance(
        model.description, largest: expected.elements.map(abs).max() ?? 0)
      #expect(bound < 1e-3)
      #expect(largestDifference(logits, expected) < bound)
    }
  }

  @Test("gives transformers' hidden states", arguments: folders.prefix(10))
  func givesTheHiddenStates(folder: String) throws {
    let model = try Model(Checkpoint(SharedFolder.path(folder)))
    let reference = try Reference(SharedFolder.path(folder))
    let expected = try #require(reference.hiddenStates)
    var states = try model.embeddings(of: reference.tokens[0])
    #expect(largestDifference(states, expected[0]) == 0)
    for block in model.description.blocks.dropLast() {
      states = try LoadedBlock(block, from: model.weights, length: states.rows).run(states)
      let difference = largestDifference(states, expected[block.index + 1])
      #expect(difference < 1e-4, "\(block.name)")
    }
  }

  @Test(
    "sees no token that comes later",
    arguments: ["oracles/llama-gqa-bf16", "oracles/mistral-swa-bf16"])
  func seesNoLaterToken(folder: String) throws {
    let model = try Model(Checkpoint(SharedFolder.path(folder)))
    let tokens = try Reference(SharedFolder.path(folder)).tokens[0]
    var changed = tokens
    changed[40] = changed[40] == 7 ? 8 : 7
    let (before, after) = (try model.logits(tokens), try model.logits(changed))
    #expect(largestDifference(before.rows(0..<40), after.rows(0..<40)) < 1e-5)
    #expect(largestDifference(before.rows(40..<48), after.rows(40..<48)) > 1e-2)
  }
}

/// What an oracle folder's `reference.safetensors` holds.
struct Reference {
  let tokens: [[Int32]]
  let logits: [Matrix]
  /// Of the first row: the embeddings, then the states behind every block (the last one normalized).
  let hiddenStates: [Matrix]?

  init(_ folder: URL) throws {
    let file = try SafetensorsFile(folder.appending(path: "reference.safetensors"))
    let ids = try file.tensor("input_ids")
    let width = ids.shape[1]
    let values = try ids.integers().map(Int32.init)
    tokens = (0..<ids.shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) }
    logits = try Self.matrices(file.tensor("logits"))
    hiddenStates =
      file.contains("hidden_states") ? try Self.matrices(file.tensor("hidden_states")) : nil
  }

  private static func matrices(_ tensor: TensorView) throws -> [Matrix] {
    let (rows, columns) = (tensor.shape[1], tensor.shape[2])
    let values = try tensor.floats()
    return (0..<tensor.shape[0]).map {
      let start = $0 * rows * columns
      return Matrix(
        rows: rows, columns: columns, elements: Array(values[start..<start + rows * columns]))
    }
  }
}

extension Model {
  func logits(_ tokens: [Int32]) throws -> Matrix {
    var states = try embeddings(of: tokens)
    for block in description.blocks {
      states = try LoadedBlock(block, from: weights, length: tokens.count).run(states)
    }
    let head = try LoadedHead(of: self)
    return head.logits(reading: head.normalized(states))
  }
}

func largestDifference(_ a: Matrix, _ b: Matrix) -> Float {
  zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? 0
}
