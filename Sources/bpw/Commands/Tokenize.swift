import ArgumentParser
import ByteJSON
import Foundation
import Jobs
import Tokenizers

struct Tokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the token ids of a text, or the text of token ids.",
    discussion: """
        bpw tokenize models/demo --text held-out.txt --json
        echo 'Once upon a time' | bpw tokenize models/demo
        bpw tokenize models/demo --decode --text ids.json
      """)

  @Argument(help: "A model folder, or a tokenizer.json.")
  var model: String

  @Option(help: ArgumentHelp("The text to read. Default: standard input.", valueName: "file"))
  var text: String?

  @Flag(name: .customLong("no-special"), help: "Leave BOS and EOS away.")
  var omitsSpecial = false

  @Flag(help: "Read ids (a JSON array, or numbers between spaces) and print their text.")
  var decode = false

  @Flag(help: "Print the result as one JSON document.")
  var json = false

  func run() throws {
    let console = Console(quiet: false)
    let url = URL(filePath: model)
    let tokenizer =
      try url.pathExtension == "json"
      ? Tokenizer(url) : Tokenizer(directory: url)
    let input = try input()
    if decode {
      let ids = try TokenList(input).ids
      let decoded = tokenizer.decode(ids, skipSpecialTokens: omitsSpecial)
      console.result(json ? try Report("text", ["text": decoded]).text() : decoded)
    } else {
      let ids = try tokenizer.encode(
        String(decoding: input, as: UTF8.self), addSpecialTokens: !omitsSpecial)
      console.result(
        json
          ? try Report("tokens", ["ids": ids]).text()
          : ids.map(String.init).joined(separator: " "))
    }
  }

  private func input() throws -> Data {
    guard let text else { return try FileHandle.standardInput.readToEnd() ?? Data() }
    do {
      return try Data(contentsOf: URL(filePath: text))
    } catch {
      throw JobError.unreadableText(file: text, reason: "there is no such readable file.")
    }
  }
}

/// Token ids as a person or a program writes them.
private struct TokenList {
  let ids: [Int32]

  /// Reads a JSON array, a document with `ids` as `bpw tokenize --json` prints it, or numbers
  /// between spaces.
  init(_ data: Data) throws {
    if let value = try? JSONValue.parse(data), let list = value.array ?? value["ids"]?.array {
      ids = try list.map { try Self.id($0.int) }
    } else {
      ids = try String(decoding: data, as: UTF8.self)
        .split(whereSeparator: { $0.isWhitespace || $0 == "," })
        .map { try Self.id(Int($0)) }
    }
  }

  private static func id(_ number: Int?) throws -> Int32 {
    guard let id = number.flatMap({ Int32(exactly: $0) }), id >= 0 else {
      throw ValidationError("--decode reads token ids: whole numbers from 0 up.")
    }
    return id
  }
}
