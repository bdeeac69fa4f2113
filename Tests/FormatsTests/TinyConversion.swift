import Checkpoints
import Formats
import Foundation
import Models
import Quantization
import Tensors
import TestSupport

/// Tiny models that differ in what matters to a format.
enum TinyKind: String, CaseIterable, Sendable {
  case untied, tied, biased, bf16, f16, manyTokens

  var model: TinyModel {
    var tiny = TinyModel()
    switch self {
    case .untied: break
    case .tied: tiny.isTied = true
    case .biased: tiny.attentionBias = true
    case .bf16: tiny.dtype = .bf16
    case .f16: tiny.dtype = .f16
    case .manyTokens: (tiny.vocabulary, tiny.blocks) = (4133, 1)  // more than are read at a time
    }
    return tiny
  }
}

/// A tiny model with every layer rounded to nearest, and the EXL2 folder that holds it.
struct TinyConversion {
  let format = EXL2Format()
  let original: Model
  let options: [String: QParams]
  private let source: URL

  init(_ tiny: TinyModel, in folder: URL) throws {
    source = try tiny.write(to: folder.appending(path: "original"))
    original = try Model(Checkpoint(source))
    let menu = try ["1:4b_32g s4", "0.1:8b_32g/0.9:3b_64g s4", "0.5:3b_64g/0.5:2b_64g s4"].map {
      try QParams(parsing: $0)
    }
    let names = original.description.linears.map(\.name)
    options = Dictionary(
      uniqueKeysWithValues: names.enumerated().map { ($1, menu[$0 % menu.count]) })
  }

  func quantized(_ linear: Linear) throws -> QuantizedMatrix {
    try gptq(
      original.weights.weights(of: linear), factor: .identity(inputs: linear.inputs),
      option: options[linear.name]!
    ).matrix
  }

  /// The tensors that the format makes of a layer.
  func encoded(_ linear: Linear) throws -> [StoredTensor] {
    try format.encode(quantized(linear), of: linear)
  }

  /// Writes the folder. `replacing` gives other tensors for a layer, nil for what the format makes.
  func write(
    to directory: URL, replacing: (Linear) throws -> [StoredTensor]? = { _ in nil }
  ) throws -> Checkpoint {
    let description = original.description
    let layers = try description.linears.map { try replacing($0) ?? encoded($0) }
    let unquantized = try format.tensors(of: description, options: [:])
    let writer = try CheckpointWriter(
      at: directory, tensors: unquantized + layers.joined().map(\.description),
      baseName: "output")
    try format.writeUnquantized(of: original, to: writer)
    for tensor in layers.joined() { try writer.write(tensor.description.name, tensor.bytes) }
    let configuration = source.appending(path: "config.json")
    try writer.addFile(
      "config.json",
      format.configuration(
        Data(contentsOf: configuration), file: configuration.path,
        ConversionFacts(bitsPerWeight: 4, headBits: 4, rows: 1, tokens: 2, dataset: "none"),
        of: description))
    try writer.finish()
    return try Checkpoint(directory)
  }
}
