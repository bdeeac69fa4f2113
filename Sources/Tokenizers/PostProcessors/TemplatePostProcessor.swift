import ByteJSON

/// Puts a text into a template of special tokens. (Pairs of texts have a template of their own in
/// the file, which language models do not use.)
struct TemplatePostProcessor: PostProcessor {
  static let names = ["TemplateProcessing"]

  private enum Part {
    case text
    case tokens([Int32])
  }

  private let parts: [Part]

  init(_ component: Component) throws {
    let tokens = try component.component("special_tokens")
    parts = try component.components("single").map { part in
      if part.members["Sequence"] != nil { return .text }
      let name = try part.component("SpecialToken").text("id")
      let ids = try tokens.component(name).required("ids", "a list of token ids") { value in
        value.array.flatMap { values in
          let ids = values.compactMap(Vocabulary.id)
          return ids.count == values.count ? ids : nil
        }
      }
      return .tokens(ids)
    }
    // More than one would make a text longer with every template that follows.
    let texts = parts.count { if case .text = $0 { true } else { false } }
    guard texts <= 1 else {
      throw component.unsupported("a template that has its text \(texts) times")
    }
  }

  func process(_ ids: [Int32]) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(ids.count + parts.count)
    for part in parts {
      switch part {
      case .text: result += ids
      case .tokens(let tokens): result += tokens
      }
    }
    return result
  }
}
