import ByteJSON

/// The added tokens of a tokenizer: those of `tokenizer.json`, and those that Hugging Face's
/// `transformers` adds because `tokenizer_config.json` mentions them.
struct AddedTokenList {
  private(set) var tokens: [AddedToken] = []
  /// The model's tokens and the added ones.
  private(set) var vocabulary: Vocabulary
  private(set) var notes: [String] = []
  /// How many tokens the model has.
  private let modelSize: Int
  /// Where in `tokens` each id is.
  private var places: [Int32: Int] = [:]
  private var largestID: Int32 = -1

  init(_ vocabulary: Vocabulary, file: Component) throws {
    self.vocabulary = vocabulary
    modelSize = vocabulary.count
    guard let value = file.members["added_tokens"], !value.isNull else { return }
    for token in try file.components("added_tokens").map(AddedToken.init) {
      guard !token.content.isEmpty else { continue }
      do throws(Vocabulary.Conflict) {
        try self.vocabulary.insert(token.content, id: token.id)
      } catch {
        throw file.conflict(
          error, token: String(decoding: token.content, as: UTF8.self), id: token.id)
      }
      insert(token)
    }
  }

  /// Adds the tokens of a `tokenizer_config.json`. Its flags count more than those known before.
  mutating func add(from configuration: Component) throws {
    if let decoder = try configuration.optionalComponent("added_tokens_decoder") {
      let entries = try decoder.members.keys.map { key in
        guard let number = Int(key.text), let id = Vocabulary.id(.integer(number)) else {
          throw TokenizerError.unexpectedValue(
            file: configuration.file, key: decoder.key(key.text),
            expected: Vocabulary.idDescription, found: nil)
        }
        return (id: id, component: try decoder.component(key.text))
      }
      for entry in entries.sorted(by: { $0.id < $1.id }) {
        let content = try entry.component.bytes("content")
        guard !content.isEmpty else { continue }
        let id = vocabulary.id(content) ?? freeID
        if id != entry.id {
          let name = String(decoding: content, as: UTF8.self)
          notes.append(
            "\(configuration.file) gives '\(name)' the id \(entry.id); it is used as \(id).")
        }
        try add(AddedToken(entry.component, id: id), from: configuration)
      }
    }
    for content in try configuration.specialTokens() {
      let id = vocabulary.id(content) ?? freeID
      guard places[id] == nil else { continue }
      try add(AddedToken(special: content, id: id), from: configuration)
    }
  }

  /// The id that the library gives to a token without one.
  private var freeID: Int32 {
    Int(largestID) >= modelSize || modelSize == 0 ? largestID + 1 : Int32(modelSize)
  }

  private mutating func add(_ token: AddedToken, from configuration: Component) throws {
    do throws(Vocabulary.Conflict) {
      try vocabulary.insert(token.content, id: token.id)
    } catch {
      throw configuration.conflict(
        error, token: String(decoding: token.content, as: UTF8.self), id: token.id)
    }
    insert(token)
  }

  private mutating func insert(_ token: AddedToken) {
    if let place = places[token.id] {
      tokens[place] = token
    } else {
      places[token.id] = tokens.count
      tokens.append(token)
    }
    largestID = max(largestID, token.id)
  }
}

extension Component {
  /// The tokens that a configuration names for a purpose.
  fileprivate func specialTokens() throws -> [[UInt8]] {
    func content(_ value: JSONValue) -> [UInt8]? {
      (value.string ?? value["content"]?.string)?.bytes
    }
    var tokens = try ["bos", "eos", "unk", "sep", "pad", "cls", "mask"].map { name in
      try optional("\(name)_token", "a token", default: [], content)
    }
    for name in ["additional_special_tokens", "extra_special_tokens"] {
      // As an object it names tokens that have no meaning here.
      guard let list = members[name]?.array else { continue }
      tokens += list.compactMap(content)
    }
    return tokens.filter { !$0.isEmpty }
  }
}
