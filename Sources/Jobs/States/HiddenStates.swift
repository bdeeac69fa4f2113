import Foundation
import Models
import Tensors

/// The activations between blocks, a matrix (tokens, hidden) per row.
package struct HiddenStates: Sendable {
  private enum Storage: Sendable {
    case memory([Matrix])
    case file(StateFile)
  }

  private let storage: Storage
  /// Where they are, and where those made of them will be.
  let place: StatePlace
  /// Tokens of each row, in the order of the token rows.
  package let tokenCounts: [Int]
  /// Features of a token.
  package let width: Int

  /// What `make` returns for consecutive rows, one matrix each.
  init(
    tokenCounts: [Int], width: Int, in place: StatePlace,
    making make: (Range<Int>) throws -> [Matrix]
  ) throws {
    self.tokenCounts = tokenCounts
    self.width = width
    self.place = place
    let chunks = Self.chunks(tokenCounts)
    switch place {
    case .memory:
      var rows: [Matrix] = []
      for chunk in chunks { rows += try make(chunk) }
      storage = .memory(rows)
    case .folder(let url):
      let file = StateFile(
        try StatePlace.newFile(in: url), tokenCounts: tokenCounts, width: width)
      for chunk in chunks {
        let made = try make(chunk)
        _ = try parallelMap(chunk.count) { try file.write(made[$0], row: chunk.lowerBound + $0) }
      }
      storage = .file(file)
    }
  }

  /// States that an earlier run kept.
  init(_ file: StateFile, in place: StatePlace) throws {
    tokenCounts = file.tokenCounts
    width = file.width
    self.place = place
    switch place {
    case .memory: storage = .memory(try parallelMap(tokenCounts.count) { try file.matrix($0) })
    case .folder: storage = .file(file)
    }
  }

  /// The token embeddings of every row.
  package init(
    of tokens: [[Int32]], in model: Model, place: StatePlace = .memory
  ) throws {
    try self.init(
      tokenCounts: tokens.map(\.count), width: model.description.hiddenSize, in: place
    ) { chunk in
      try parallelMap(chunk.count) { try model.embeddings(of: tokens[chunk.lowerBound + $0]) }
    }
  }

  /// How many rows there are.
  package var count: Int { tokenCounts.count }

  /// A row's states. Throws if they are in a file and can't be read.
  package subscript(row: Int) -> Matrix {
    get throws {
      switch storage {
      case .memory(let rows): rows[row]
      case .file(let file): try file.matrix(row)
      }
    }
  }

  /// Consecutive rows that are worked on together: enough tokens for the matrix products, little
  /// enough memory for what a block computes on the way. Depends on the rows alone, so that sums
  /// over chunks don't depend on the number of cores.
  package var chunks: [Range<Int>] { Self.chunks(tokenCounts) }

  /// Tokens of such rows together.
  static let chunkTokens = 4096

  private static func chunks(_ tokenCounts: [Int]) -> [Range<Int>] {
    let size = max(1, chunkTokens / max(tokenCounts.first ?? 1, 1))
    return stride(from: 0, to: tokenCounts.count, by: size).map {
      $0..<min($0 + size, tokenCounts.count)
    }
  }

  /// Other states of the same rows, in the same kind of place. Throws `ModelError.notFinite`, which
  /// names `name`, if arithmetic overflowed.
  func replaced(
    behind name: String, making make: (Range<Int>) throws -> [Matrix]
  ) throws -> HiddenStates {
    try HiddenStates(tokenCounts: tokenCounts, width: width, in: place) { chunk in
      let made = try make(chunk)
      guard try parallelMap(made.count, { made[$0].isFinite }).allSatisfy(\.self) else {
        throw ModelError.notFinite(place: name)
      }
      return made
    }
  }

  /// Runs every row through a block. Throws `ModelError.notFinite` if arithmetic overflowed.
  package mutating func run(through block: LoadedBlock) throws {
    self = try replaced(behind: block.block.name) { [self] chunk in
      try parallelMap(chunk.count) { block.run(try self[chunk.lowerBound + $0]) }
    }
  }

  /// The states as a file: their own, or a copy in this folder.
  func file(in folder: URL) throws -> StateFile {
    switch storage {
    case .file(let file): return file
    case .memory(let rows):
      let file = StateFile(
        try StatePlace.newFile(in: folder), tokenCounts: tokenCounts, width: width)
      _ = try parallelMap(rows.count) { try file.write(rows[$0], row: $0) }
      return file
    }
  }
}

extension Model {
  /// The states behind the last block; `step` is called after each.
  package func hiddenStates(of rows: [[Int32]], step: () -> Void) throws -> HiddenStates {
    var states = try HiddenStates(of: rows, in: self)
    let length = rows.map(\.count).max() ?? 0
    for block in description.blocks {
      try states.run(through: LoadedBlock(block, from: weights, length: length))
      step()
    }
    return states
  }
}
