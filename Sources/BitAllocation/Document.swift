import Foundation

/// A JSON file that one command writes and another reads.
///
/// It begins with what it is and which version of it. The bytes depend on the value alone.
package protocol Document: Decodable, Equatable, Sendable {
  /// What the file says it is.
  static var kind: String { get }

  /// The version that is written, and the newest that can be read.
  static var version: Int { get }

  /// The oldest version that can be read.
  static var oldestVersion: Int { get }

  /// The command that writes such files.
  static var writer: String { get }

  /// What the file says about each layer.
  associatedtype Layer: Decodable
  var layers: [Layer] { get }

  /// What is written after kind and version; lists take a line per element.
  var members: KeyValuePairs<String, any Encodable> { get }

  /// The document in a file's bytes, checked. Throws a `DocumentProblem`, or what decoding throws.
  static func decode(_ data: Data) throws -> Self

  /// Throws the first thing that is wrong with the values.
  func validate() throws(DocumentProblem)
}

extension Document {
  package static var oldestVersion: Int { 1 }

  /// Reads a file and checks everything that can be checked without other files.
  package static func read(_ url: URL) throws -> Self {
    func failure(_ problem: DocumentProblem) -> DocumentError {
      DocumentError(file: url.relativePath, problem: problem, writer: writer)
    }
    guard let data = try? Data(contentsOf: url) else { throw failure(.unreadable) }
    do {
      return try decode(data)
    } catch let problem as DocumentProblem {
      throw failure(problem)
    } catch {
      throw failure(DocumentProblem(error, layers: LayerProbes<Layer>(in: data)))
    }
  }

  /// Writes a file that can be read again; `write` is what puts bytes into it, and should leave
  /// nothing half-written.
  package func write(
    to url: URL, by write: (Data, URL) throws -> Void = { try $0.write(to: $1, options: .atomic) }
  ) throws {
    do {
      try validate()
      try write(encoded(), url)
    } catch {
      let problem = error as? DocumentProblem ?? .unwritable(reason: error.localizedDescription)
      throw DocumentError(file: url.relativePath, problem: problem, writer: Self.writer)
    }
  }

  /// The bytes of the file.
  package func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    func json(_ value: any Encodable) throws -> String {
      String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    var lines = [#""kind": "\#(Self.kind)""#, #""version": \#(Self.version)"#]
    for (key, value) in members {
      let text =
        if let list = value as? [any Encodable] {
          "[\n" + (try list.map(json)).joined(separator: ",\n") + "\n]"
        } else {
          try json(value)
        }
      // What there is none of isn't mentioned.
      if text != "null" { lines.append("\"\(key)\": \(text)") }
    }
    return Data("{\n\(lines.joined(separator: ",\n"))\n}\n".utf8)
  }

  package static func decode(_ data: Data) throws -> Self {
    let document = try content(Self.self, of: data)
    try document.validate()
    return document
  }

  /// Decodes what a file holds if it is what it should be.
  static func content<Content: Decodable>(
    _ type: Content.Type, of data: Data
  ) throws -> Content {
    let envelope = try JSONDecoder().decode(Envelope<Content>.self, from: data)
    guard envelope.kind == kind else {
      throw DocumentProblem.otherKind(expected: kind, found: envelope.kind)
    }
    guard let found = envelope.version, found >= 1 else {
      throw DocumentProblem.malformed(place: "version", problem: "It must be a number from 1 up.")
    }
    guard found <= version else {
      throw DocumentProblem.newerVersion(supported: version, found: found)
    }
    guard found >= oldestVersion else {
      throw DocumentProblem.olderVersion(oldest: oldestVersion, found: found)
    }
    return try envelope.content.get()
  }
}

/// Decodes what a file says it is together with the rest, and leaves it to the reader which of
/// two failures matters.
private struct Envelope<Content: Decodable>: Decodable {
  let kind: String?
  let version: Int?
  let content: Result<Content, any Error>

  init(from decoder: any Decoder) throws {
    let header = try? decoder.container(keyedBy: CodingKeys.self)
    kind = try? header?.decode(String.self, forKey: .kind)
    version = try? header?.decode(Int.self, forKey: .version)
    content = Result { try Content(from: decoder) }
  }

  private enum CodingKeys: CodingKey {
    case kind, version
  }
}
