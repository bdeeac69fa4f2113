import ByteJSON
import Foundation

/// A text file as calibration and evaluation read it: a list of documents.
package struct TextFile: Sendable {
  /// The file's name without extension, by which its rows are known.
  package let name: String
  /// Texts that are tokenized each on its own; empty ones are left out.
  package let documents: [String]

  /// Reads `.txt`, which is one document, or `.jsonl`, which is one per line under the key "text".
  package init(_ url: URL) throws {
    name = url.deletingPathExtension().lastPathComponent
    let data = try Self.read(url)
    switch url.pathExtension.lowercased() {
    case "txt":
      documents = [try Self.text(data, file: url.relativePath)].filter { !$0.isEmpty }
    case "jsonl":
      documents = try Self.lines(data, file: url.relativePath)
    default:
      throw JobError.unknownTextType(file: url.relativePath)
    }
  }

  /// The bytes of a file of any kind.
  package static func read(_ url: URL) throws -> Data {
    do {
      return try Data(contentsOf: url)
    } catch {
      throw JobError.unreadableText(file: url.relativePath, reason: reason(error))
    }
  }

  private static func text(_ data: Data, file: String) throws -> String {
    if let offset = data.withUnsafeBytes({ firstInvalidUTF8(in: $0) }) {
      throw JobError.unreadableText(file: file, reason: "it isn't UTF-8 at byte \(offset).")
    }
    return String(decoding: data, as: UTF8.self)
  }

  private static func lines(_ data: Data, file: String) throws -> [String] {
    try data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
      .compactMap { index, line in
        guard line.contains(where: { $0 != 0x20 && $0 != 0x0d && $0 != 0x09 }) else { return nil }
        let value: JSONValue
        do {
          value = try JSONValue.parse(Data(line))
        } catch {
          throw JobError.badTextLine(
            file: file, line: index + 1, reason: error.localizedDescription)
        }
        guard let text = value["text"]?.text else {
          throw JobError.badTextLine(file: file, line: index + 1, reason: "It has no text.")
        }
        return text.isEmpty ? nil : text
      }
  }

  private static func reason(_ error: any Error) -> String {
    let error = error as NSError
    guard error.domain == NSCocoaErrorDomain else { return error.localizedDescription }
    return switch error.code {
    case NSFileReadNoSuchFileError: "there is no such file."
    case NSFileReadNoPermissionError: "permission is denied."
    default: "it isn't a readable file."
    }
  }
}
