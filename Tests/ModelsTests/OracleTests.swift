import Checkpoints
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// Logits and hidden states against what transformers computed in 32-bit floats.
@Suite("The forward pass")
struct OracleTests {
  static let folders = ReferenceFolder.all

  /// Two 32-bit implementations that add in different orders differ by rounding alone. A logit is a
  /// sum of `hidden` products behind as many roundings per block: errors of independent signs grow
  /// with their square root, and each is at most half a unit of the largest logit.
  static func tolerance(_ model: ModelDescription, largest: Float) -> Float {
    let roundings = Float(model.hiddenSize * (model.blocks.count * 7 + 1)).squareRoot()
    return 4 * roundings * largest * .ulpOfOne
  }

  @Test("gives transformers' logits", arguments: folders)
  func givesTheLogits(folder: ReferenceFolder) throws {
    let model = try Model(Checkpoint(folder.url))
    let reference = try Reference(folder.url)
    for (index, tokens) in reference.tokens.enumerated() {
      let logits = try model.logits(tokens)
      let expected = reference.logits[index]
      let bound = Self.tolerance(
        model.description, largest: expected.elements.map(abs).max() ?? 0)
      #expect(bound < 1e-3)
      #expect(largestDifference(logits, expected) < bound)
    }
  }

  @Test("gives transformers' hidden states", arguments: folders)
  func givesTheHiddenStates(folder: ReferenceFolder) throws {
    let model = try Model(Checkpoint(folder.url))
    let reference = try Reference(folder.url)
    guard let expected = reference.hiddenStates else { return }
    var states = try model.embeddings(of: reference.tokens[0])
    #expect(largestDifference(states, expected[0]) <= 1e-6)
    for block in model.description.blocks.dropLast() {
      states = try LoadedBlock(block, from: model.weights, length: states.rows, on: .portable)
        .run(states)
      let difference = largestDifference(states, expected[block.index + 1])
      #expect(difference < 1e-4, "\(block.name)")
    }
  }

  /// Also where experts take tokens apart and attention sees a window only.
  @Test("sees no token that comes later", arguments: folders.filter(\.isFixture))
  func seesNoLaterToken(folder: ReferenceFolder) throws {
    let model = try Model(Checkpoint(folder.url))
    let tokens = try Reference(folder.url).tokens[0]
    var changed = tokens
    let place = tokens.count - 6
    changed[place] = changed[place] == 7 ? 8 : 7
    let (before, after) = (try model.logits(tokens), try model.logits(changed))
    let (early, late) = (0..<place, place..<tokens.count)
    #expect(largestDifference(before.rows(early), after.rows(early)) < 1e-5)
    #expect(largestDifference(before.rows(late), after.rows(late)) > 1e-2)
  }

  @Test("has a reference for every family")
  func hasAReferenceForEveryFamily() throws {
    let tested = try Set(
      Self.folders.map { try ModelDescription(Checkpoint($0.url)).architecture })
    for architecture in allArchitectures {
      #expect(!tested.isDisjoint(with: architecture.names), "\(architecture.names[0])")
    }
  }

  @Test func isListedByItsFile() throws {
    let listed = allArchitectures.map { "\(type(of: $0))" }
    #expect(try PackageFolder.swiftFiles(in: "Models/Architectures").sorted() == listed.sorted())
  }
}

/// A model folder with a reference: a fixture of this package, or one of the shared models.
struct ReferenceFolder: Sendable, CustomTestStringConvertible {
  let url: URL
  let isFixture: Bool
  var testDescription: String { url.lastPathComponent }

  /// The shared ones are left out where there are none.
  static let all =
    folders(in: PackageFolder.path("Tests/Fixtures/models"), areFixtures: true)
    + folders(in: SharedFolder.path("oracles")) + folders(in: SharedFolder.path("models"))

  private static func folders(in url: URL, areFixtures: Bool = false) -> [ReferenceFolder] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.sorted().map {
      ReferenceFolder(url: url.appending(path: $0), isFixture: areFixtures)
    }
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
  func logits(_ tokens: [Int32], on unit: MatrixUnit = .portable) throws -> Matrix {
    var states = try embeddings(of: tokens)
    for block in description.blocks {
      states = try LoadedBlock(block, from: weights, length: tokens.count, on: unit).run(states)
    }
    let head = try LoadedHead(of: self, on: unit)
    return head.logits(reading: head.normalized(states))
  }
}

func largestDifference(_ a: Matrix, _ b: Matrix) -> Float {
  zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? 0
}
