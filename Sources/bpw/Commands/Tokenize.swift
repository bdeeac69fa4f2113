import ArgumentParser
import ByteJSON
import Checkpoints
import Foundation
import Jobs
import Tokenizers

struct Tokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the token ids of a text, or the text of token ids.",
    discussion: """
      Text comes from a file or from standard input:

        bpw tokenize models/demo --text models/held-out.txt --json
        echo 'Once upon a time' | bpw tokenize models/demo
        bpw tokenize models/demo --decode --text ids.json
      """)

  @Argument(help: "A model folder, or a tokenizer.json.")
  var model: String

  @Option(help: ArgumentHelp("The text to read. Default: standard input.", valueName: "file"))
  var text: String?

  @Flag(name: .customLong("no-special"), help: "Leave special tokens such as BOS away.")
  var omitsSpecial = false

  @Flag(help: "Read ids (a JSON array, or numbers between spaces) and print their text.")
  var decode = false

  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    let tokenizer = try tokenizer()
    if text == nil, isatty(STDIN_FILENO) == 1 {
      console.note("Reading standard input; ⌃D ends it.")
    }
    let input = try input()
    if decode {
      let ids = try TokenList(input, source: source).ids
      if let unknown = ids.first(where: { tokenizer.token($0) == nil }) {
        throw InputError.unknownToken(
          id: unknown, source: source, vocabulary: tokenizer.vocabularySize)
      }
      let decoded = tokenizer.decode(ids, skipSpecialTokens: omitsSpecial)
      console.result(reporting.json ? try Report("text", ["text": decoded]).text() : decoded)
    } else {
      guard let text = String(validating: input, as: UTF8.self) else {
        throw InputError.notUTF8(source: source)
      }
      let ids = try tokenizer.encode(text, addSpecialTokens: !omitsSpecial)
      console.result(
        reporting.json
          ? try Report("tokens", ["ids": ids]).text(compact: true)
          : ids.map(String.init).joined(separator: " "))
    }
  }

  private func tokenizer() throws -> Tokenizer {
    let url = URL(filePath: model)
    guard url.pathExtension != "json" else { return try Tokenizer(url) }
    try Checkpoint.checkFolder(url)
    return try Tokenizer(directory: url)
  }

  /// What is read, for messages.
  private var source: String { text ?? "Standard input" }

  private func input() throws -> Data {
    guard let text else { return try FileHandle.standardInput.readToEnd() ?? Data() }
    return try TextFile.read(URL(filePath: text))
  }
}

/// Token ids as a person or a program writes them.
private struct TokenList {
  let ids: [Int32]

  /// Reads a JSON array, a document with `ids` as `bpw tokenize --json` prints it, or numbers
  /// between spaces.
  init(_ data: Data, source: String) throws {
    func id(_ number: Int?) throws -> Int32 {
      guard let id = number.flatMap({ Int32(exactly: $0) }), id >= 0 else {
        throw InputError.noTokenIDs(source: source)
      }
      return id
    }
    if let value = try? JSONValue.parse(data), let list = value.array ?? value["ids"]?.array {
      ids = try list.map { try id($0.int) }
    } else {
      ids = try String(decoding: data, as: UTF8.self)
        .split(whereSeparator: { $0.isWhitespace || $0 == "," })
        .map { try id(Int($0)) }
    }
  }
}

/// Why an input can't be turned into tokens or text.
private enum InputError: LocalizedError {
  case notUTF8(source: String)
  case noTokenIDs(source: String)
  case unknownToken(id: Int32, source: String, vocabulary: Int)

  var errorDescription: String? {
    switch self {
    case .notUTF8(let source):
      "\(source) is not UTF-8 text. To read token ids, add --decode."
    case .noTokenIDs(let source):
      "\(source) does not hold token ids. --decode reads whole numbers from 0 up, as a JSON array "
        + "or between spaces."
    case .unknownToken(let id, let source, let vocabulary):
      "\(source) has the id \(id), which is no token here; ids go up to \(vocabulary - 1)."
    }
  }
}
