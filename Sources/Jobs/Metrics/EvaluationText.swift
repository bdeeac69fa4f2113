import Foundation
import Tokenizers

/// Texts to evaluate on.
package struct EvaluationText: Sendable {
  private let files: [TextFile]
  private let paths: [String]

  /// Reads `.txt` and `.jsonl` files as `TextFile` does. Throws `JobError` for what can't be read.
  package init(files urls: [URL]) throws {
    files = try urls.map(TextFile.init)
    paths = urls.map(\.relativePath)
  }

  /// The texts cut into windows, each begun by BOS where the tokenizer has one. What doesn't fill a
  /// window at the end of a file is left out.
  ///
  /// Throws `JobError` when there isn't text for one window.
  package func windows(tokenizer: Tokenizer, tokens: Int) throws -> [[Int32]] {
    let rows = try files.map {
      try TokenRows(documents: $0.documents, tokenizer: tokenizer, length: tokens)
    }
    let windows = rows.flatMap(\.rows)
    guard windows.isEmpty else { return windows }
    let found = rows.map(\.tokens).max() ?? 0
    throw found == 0
      ? JobError.emptyText(files: paths) : JobError.tooLittleText(tokens: found, needed: tokens)
  }
}
