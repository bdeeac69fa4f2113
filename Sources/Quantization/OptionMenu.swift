import Foundation

/// The ways of quantizing that get measured for every layer: a `qparams` file.
package struct OptionMenu: Equatable, Sendable {
  /// What the file must say it is.
  package static let kind = "bpw.qparams"
  /// The only version that is read.
  package static let version = 1
  /// The output format that the options belong to.
  package static let format = "exl2"

  /// In the order of the file; from a file, at least one and none twice.
  package let options: [QParams]

  package init(options: [QParams]) { self.options = options }

  /// Reads a menu. Throws errors that name the file and the entry.
  package init(contentsOf url: URL) throws {
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw QuantizationError.unreadableMenu(
        file: url.relativePath, problem: "there is no readable file there.")
    }
    try self.init(decoding: data, file: url.relativePath)
  }

  /// Reads a menu from the contents of `file`.
  package init(decoding data: Data, file: String) throws {
    let stored: StoredMenu
    do {
      stored = try JSONDecoder().decode(StoredMenu.self, from: data)
    } catch let error as DecodingError {
      throw QuantizationError.unreadableMenu(file: file, problem: error.explanation)
    }
    for (key, expected, found) in [
      ("kind", Self.kind, stored.kind), ("version", "\(Self.version)", "\(stored.version)"),
      ("format", Self.format, stored.format),
    ] where expected != found {
      throw QuantizationError.unexpectedMenu(
        file: file, key: key, expected: expected, found: found)
    }
    options = try stored.options.enumerated().map { index, option in
      do {
        return try option.layout
      } catch {
        throw QuantizationError.unusableOption(
          file: file, index: index, problem: error.localizedDescription)
      }
    }
    if options.isEmpty {
      throw QuantizationError.unreadableMenu(
        file: file, problem: "its list of options is empty. Add at least one.")
    }
    var seen: [QParams: Int] = [:]
    for (index, option) in options.enumerated() {
      if let first = seen.updateValue(index, forKey: option) {
        throw QuantizationError.unusableOption(
          file: file, index: index, problem: "it is the same as option \(first). Remove one.")
      }
    }
  }
}

/// The file as it is.
private struct StoredMenu: Decodable {
  struct Option: Decodable {
    let bits: [Int]
    let groupSize: [Int]
    let share: [Double]

    enum CodingKeys: String, CodingKey {
      case bits, share
      case groupSize = "group_size"
    }

    var layout: QParams {
      get throws {
        guard bits.count == groupSize.count, bits.count == share.count else {
          throw QuantizationError.invalidLayout(
            layout: "\(bits)",
            problem: "it has \(bits.count) bits, \(groupSize.count) group sizes and "
              + "\(share.count) shares; there must be one of each per part")
        }
        return try QParams(
          parts: bits.indices.map {
            .init(share: share[$0], bits: bits[$0], groupSize: groupSize[$0])
          })
      }
    }
  }

  let kind: String
  let version: Int
  let format: String
  let options: [Option]
}

extension DecodingError {
  /// What was expected where, in words.
  fileprivate var explanation: String {
    func place(_ path: [any CodingKey]) -> String {
      guard !path.isEmpty else { return "the file" }
      return path.map { $0.intValue.map { "entry \($0)" } ?? "\"\($0.stringValue)\"" }
        .joined(separator: ", ")
    }
    return switch self {
    case .keyNotFound(let key, let context):
      "\(place(context.codingPath)) has no \"\(key.stringValue)\". Add it."
    case .typeMismatch(let type, let context):
      "\(place(context.codingPath)) is not of type \(type)."
    case .valueNotFound(let type, let context):
      "\(place(context.codingPath)) is null instead of \(type)."
    case .dataCorrupted(let context):
      "\(place(context.codingPath)) is not valid JSON. \(context.debugDescription)"
    @unknown default: "\(self)"
    }
  }
}
