import Foundation
import Tensors
import Tokenizers

/// Token sequences of equal length that are run through a model, by stratum.
package struct CalibrationRows: Sendable, Equatable {
  /// Token ids, (rows, tokens).
  package let rows: [[Int32]]
  /// The kinds of text there are: a file each, and "random".
  package let strata: [String]
  /// The stratum of every row, an index into `strata`.
  package let rowStrata: [Int]
  /// For every row the number of the document in which it begins, unique across files; a random row
  /// is one of its own. Nil where that isn't known.
  package let rowDocuments: [Int]?
  /// Paths of the text files, or "built-in".
  package let sources: [String]
  /// What the choice of rows and the random ones depend on.
  package let seed: UInt64
  /// How many rows are random tokens; they come last.
  package let randomRows: Int

  /// Tokens per row.
  package var tokens: Int { rows.first?.count ?? 0 }

  package init(
    rows: [[Int32]], strata: [String], rowStrata: [Int], rowDocuments: [Int]? = nil,
    sources: [String], seed: UInt64, randomRows: Int = 0
  ) {
    self.rows = rows
    self.strata = strata
    self.rowStrata = rowStrata
    self.rowDocuments = rowDocuments
    self.sources = sources
    self.seed = seed
    self.randomRows = randomRows
  }

  /// Rows from text files, shared out among them in proportion to what each holds, and rows of
  /// random tokens.
  ///
  /// Which rows of a file are taken depends on the seed alone. Asking for more rows than there are
  /// gives all of them. Throws `JobError` when there isn't text for one row.
  package init(
    files: [TextFile], sources: [String], tokenizer: Tokenizer, vocabularySize: Int,
    settings: CalibrationSettings
  ) throws {
    let texts = try files.map {
      try TokenRows(documents: $0.documents, tokenizer: tokenizer, length: settings.tokens)
    }
    guard texts.contains(where: { $0.tokens > 0 }) else { throw JobError.emptyText(files: sources) }
    let available = texts.map(\.rows.count)
    let textRows = available.reduce(0, +)
    guard textRows > 0 else {
      throw JobError.tooLittleText(tokens: texts.map(\.tokens).max() ?? 0, needed: settings.tokens)
    }
    let random = try settings.randomRows(besides: textRows)

    var (rows, rowStrata, rowDocuments): ([[Int32]], [Int], [Int]) = ([], [], [])
    // Documents of the files before.
    var documents = 0
    let counts = Self.shares(of: settings.rows - random, among: available)
    for (index, count) in counts.enumerated() {
      var generator = SeededGenerator(seed: settings.seed, stream: UInt64(index))
      var order = Array(texts[index].rows.indices)
      generator.shuffle(&order)
      let chosen = order.prefix(count).sorted()
      rows += chosen.map { texts[index].rows[$0] }
      rowStrata += Array(repeating: index, count: count)
      rowDocuments += chosen.map { documents + texts[index].rowDocuments[$0] }
      documents += files[index].documents.count
    }
    var strata = files.map(\.name)
    if random > 0 {
      // A model's vocabulary may be padded beyond what the tokenizer can say.
      let vocabulary = min(vocabularySize, tokenizer.vocabularySize)
      rows += (0..<random).map {
        Self.randomRow($0, settings, start: tokenizer.beginOfText, vocabularySize: vocabulary)
      }
      rowStrata += Array(repeating: strata.count, count: random)
      rowDocuments += documents..<documents + random
      strata.append(CalibrationSource.randomStratum)
    }
    self.init(
      rows: rows, strata: strata, rowStrata: rowStrata, rowDocuments: rowDocuments,
      sources: sources, seed: settings.seed, randomRows: random)
  }

  /// `total` shared out in proportion to `available`, at most that much to each; the largest
  /// remainders are rounded up.
  package static func shares(of total: Int, among available: [Int]) -> [Int] {
    let sum = available.reduce(0, +)
    guard total < sum else { return available }
    var counts = available.map { $0 * total / sum }
    let byRemainder = available.indices.sorted { left, right in
      let (a, b) = (available[left] * total % sum, available[right] * total % sum)
      return a == b ? left < right : a > b
    }
    for index in byRemainder.prefix(total - counts.reduce(0, +)) { counts[index] += 1 }
    return counts
  }

  private static func randomRow(
    _ row: Int, _ settings: CalibrationSettings, start: [Int32], vocabularySize: Int
  ) -> [Int32] {
    var generator = SeededGenerator(seed: settings.seed, stream: UInt64(row) | 1 << 32)
    return start
      + (start.count..<settings.tokens).map { _ in Int32(generator.next(below: vocabularySize)) }
  }
}
