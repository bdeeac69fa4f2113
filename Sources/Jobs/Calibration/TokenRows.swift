import Tokenizers

/// Cuts documents into rows of equal length, as a model expects text.
package struct TokenRows {
  /// Rows of `length` token ids.
  package private(set) var rows: [[Int32]] = []
  /// For every row the index of the document in which it begins.
  package private(set) var rowDocuments: [Int] = []
  /// Tokens of text there were, row starts not counted.
  package private(set) var tokens = 0

  /// Documents follow each other, each begun by BOS where the tokenizer has one, and every row
  /// starts with BOS: models are trained that way, and some go astray without it. What is left at
  /// the end is dropped.
  package init(documents: [String], tokenizer: Tokenizer, length: Int) throws {
    let start = tokenizer.beginOfText
    var row: [Int32] = start
    // The document of the row's first token of text.
    var first = 0
    for (index, document) in documents.enumerated() {
      // Text is data: what looks like a special token in it is plain characters.
      let text = try tokenizer.encode(
        document, addSpecialTokens: false, parseSpecialTokens: false)
      if !text.isEmpty, row.count > start.count { row += start }
      for token in text {
        if row.count >= length {
          add(row.prefix(length), beginningIn: first)
          row = start
        }
        if row.count == start.count { first = index }
        row.append(token)
        tokens += 1
      }
    }
    if row.count == length { add(row[...], beginningIn: first) }
  }

  private mutating func add(_ row: ArraySlice<Int32>, beginningIn document: Int) {
    rows.append(Array(row))
    rowDocuments.append(document)
  }
}

extension Tokenizer {
  /// What a text begins with for this model: BOS, or nothing.
  var beginOfText: [Int32] { bosTokenID.map { [$0] } ?? [] }
}
