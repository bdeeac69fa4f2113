import ByteJSON
import Foundation

extension Tokenizer {
  /// Loads `tokenizer.json` from a model folder, and from `tokenizer_config.json`, where there is
  /// one, further added tokens, and which tokens begin and end a text.
  package init(directory: URL) throws {
    let file = directory.appending(path: "tokenizer.json")
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw TokenizerError.noTokenizer(directory: directory.relativePath)
    }
    let configuration = directory.appending(path: "tokenizer_config.json")
    let isConfigured = FileManager.default.fileExists(atPath: configuration.path)
    try self.init(
      Self.read(file), configuration: isConfigured ? Self.read(configuration) : nil)
  }

  /// Loads a `tokenizer.json`.
  package init(_ file: URL) throws { try self.init(Self.read(file), configuration: nil) }

  /// Loads the contents of a `tokenizer.json`; `name` stands for the file in errors.
  package init(json: some ContiguousBytes, name: String = "tokenizer.json") throws {
    try self.init(Self.parse(json, name: name), configuration: nil)
  }

  private init(_ root: Component, configuration: Component?) throws {
    normalizer = try root.optionalComponent("normalizer").map(makeNormalizer)
    preTokenizer = try root.optionalComponent("pre_tokenizer").map(makePreTokenizer)
    model = try makeModel(root.component("model"))
    postProcessor = try root.optionalComponent("post_processor").map(makePostProcessor)
    decoder = try root.optionalComponent("decoder").map(makeDecoder)

    var tokens = try AddedTokenList(model.vocabulary, file: root)
    try configuration.map { try tokens.add(from: $0) }
    let added = tokens.tokens
    vocabulary = tokens.vocabulary
    addedTokenCount = added.count
    specialIDs = Set(added.filter(\.isSpecial).map(\.id))
    originalTokens = try AddedTokenMatcher(added.filter { !$0.isNormalized })
    // A token that is looked for in normalized text looks there as the normalizer makes it.
    normalizedTokens = try AddedTokenMatcher(added.filter(\.isNormalized)) { [normalizer] token in
      try normalizer?.normalize(token.content) ?? token.content
    }

    // An id that no token has shows where the post-processor puts the text.
    let text: Int32 = -1
    let frame = postProcessor?.process([text]) ?? []
    bosTokenID = frame.first.flatMap { $0 == text ? nil : $0 }
    eosTokenID = frame.last.flatMap { $0 == text ? nil : $0 }
    notes =
      (normalizer?.notes ?? []) + (preTokenizer?.notes ?? []) + model.notes
      + (decoder?.notes ?? []) + tokens.notes
    try configuration.map { try readNames(from: $0) }
  }

  private mutating func readNames(from configuration: Component) throws {
    func id(_ name: String) throws -> Int32? {
      let token = try configuration.optional(name, "a token", default: "") { value in
        value.text ?? value["content"]?.text
      }
      return self.id(of: token)
    }
    bosTokenID = try bosTokenID ?? id("bos_token")
    eosTokenID = try id("eos_token") ?? eosTokenID
  }

  private static func read(_ file: URL) throws -> Component {
    let data: Data
    do {
      data = try Data(contentsOf: file, options: .mappedIfSafe)
    } catch {
      throw TokenizerError.unreadable(file: file.relativePath, reason: Self.reason(error))
    }
    return try parse(data, name: file.relativePath)
  }

  private static func reason(_ error: any Error) -> String {
    (error as? CocoaError)?.code == .fileReadNoSuchFile
      ? "there is no such file." : "it isn't a readable file."
  }

  private static func parse(_ bytes: some ContiguousBytes, name: String) throws -> Component {
    let json: JSONValue
    do throws(JSONError) {
      // Python writes a model without a limit on its length as one of Infinity.
      json = try JSONValue.parse(bytes, allowingNonFinite: true)
    } catch {
      throw TokenizerError.malformed(file: name, error)
    }
    return try Component(json, file: name, path: "")
  }
}
