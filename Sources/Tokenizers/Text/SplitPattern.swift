import ByteJSON

/// What a file calls a "pattern": a plain text, or a regular expression.
struct SplitPattern: Sendable {
  enum Kind: Sendable {
    case text([UInt8])
    /// An expression that is written out by hand.
    case words(any WordScanner)
    case expression(RegularExpression)
  }

  let kind: Kind
  /// Where it stands, for notes.
  private let place: String
  private let source: String

  init(_ component: Component, key: String) throws {
    let pattern = try component.component(key)
    place = component.key(key)
    if let regex = pattern.members["Regex"]?.text {
      source = regex
      if let scanner = wordScanner(for: regex) {
        kind = .words(scanner)
      } else {
        kind = .expression(
          try RegularExpression(regex, file: component.file, key: pattern.key("Regex")))
      }
    } else {
      let text = try pattern.required("String", "a text that is not empty") { value in
        value.string.flatMap { $0.count == 0 ? nil : $0.bytes }
      }
      source = String(decoding: text, as: UTF8.self)
      kind = .text(text)
    }
  }

  /// A short name, for people.
  var label: String {
    switch kind {
    case .text: "'\(source)'"
    case .words(let scanner): scanner.name
    case .expression: "regular expression"
    }
  }

  /// What is unusual about it.
  var notes: [String] {
    guard case .expression = kind else { return [] }
    return [
      "\(place): the regular expression \(source) is none of the known ones; "
        + "a general engine runs it, which is slower."
    ]
  }

  /// The matches and what lies between them.
  func stretches(of text: UTF8Text) throws -> [SplitBehavior.Stretch] {
    var stretches: [SplitBehavior.Stretch] = []
    let matches: [Range<Int>]
    switch kind {
    case .words(let scanner):
      scanner.forEachStretch(of: text) { stretches.append($0) }
      return stretches
    case .text(let pattern): matches = text.occurrences(of: pattern)
    case .expression(let expression): matches = try expression.matches(in: text)
    }
    var end = 0
    for match in matches {
      if end < match.lowerBound { stretches.append((end..<match.lowerBound, false)) }
      stretches.append((match, true))
      end = match.upperBound
    }
    if end < text.count { stretches.append((end..<text.count, false)) }
    return stretches
  }

  /// The text with every match replaced.
  func replace(in text: [UInt8], by content: [UInt8]) throws -> [UInt8] {
    if case .text(let pattern) = kind { return text.replacing(pattern, with: content) }
    return try text.withUnsafeBufferPointer { text in
      var result: [UInt8] = []
      result.reserveCapacity(text.count)
      for stretch in try stretches(of: text) {
        if stretch.isMatch { result += content } else { result += text[stretch.range] }
      }
      return result
    }
  }
}
