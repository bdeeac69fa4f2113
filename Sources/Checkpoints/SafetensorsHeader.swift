import ByteJSON
import Foundation

/// The header of a safetensors file: which tensors there are and where.
///
/// The file is 8 bytes of header length (little-endian), the header as JSON, and the tensors'
/// contents back to back. What is accepted is what the reference implementation (safetensors 0.8)
/// accepts, as 60,000 mutated files showed, but for this: a name given twice and space before the
/// opening brace are errors here, as the format's description has it, and `-0` is a zero.
package struct SafetensorsHeader: Sendable {
  /// A tensor and where its content is.
  package struct Entry: Sendable {
    /// What the header says of the tensor; it takes as many bytes as `range` has.
    package let description: TensorDescription
    /// Bytes of the content, counted from the beginning of the file.
    package let range: Range<Int>
  }

  /// Longer headers are refused by all readers.
  static let maximumLength = 100_000_000

  /// The free-form part, "__metadata__"; empty when absent.
  package let metadata: [String: String]
  package let entries: [Entry]  // in the order of their contents

  /// Reads and checks the header of a file of which `file` is the whole content. Nothing is
  /// allocated by what the header claims before that is known to fit the file.
  package init(_ file: UnsafeRawBufferPointer) throws(SafetensorsProblem) {
    guard file.count >= 8 else { throw .tooShort(bytes: file.count) }
    guard !file.starts(with: "version https://git-lfs".utf8) else { throw .gitPointer }
    let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard length <= Self.maximumLength else { throw .headerTooLong(bytes: length) }
    let dataStart = 8 + Int(length)
    guard dataStart <= file.count else {
      throw .headerBeyondEnd(headerBytes: dataStart, bytes: file.count)
    }
    let object = try Self.object(UnsafeRawBufferPointer(rebasing: file[8..<dataStart]))

    metadata = try Self.metadata(object["__metadata__"])
    entries = try Self.entries(object, dataStart: dataStart)
    try Self.checkPlaces(entries, in: dataStart..<file.count)
  }

  private static func object(
    _ json: UnsafeRawBufferPointer
  ) throws(SafetensorsProblem) -> JSONObject {
    guard json.first == UInt8(ascii: "{") else { throw .noHeaderObject }
    let value: JSONValue
    do {
      value = try JSONValue.parse(json)
    } catch {
      throw .invalidJSON(error.localizedDescription)
    }
    guard let object = value.object else { throw .noHeaderObject }
    return object
  }

  private static func metadata(
    _ value: JSONValue?
  ) throws(SafetensorsProblem) -> [String: String] {
    guard let value, !value.isNull else { return [:] }
    guard let members = value.object?.members else { throw .invalidMetadata }
    var metadata: [String: String] = [:]
    for member in members {
      guard let text = member.value.text else { throw .invalidMetadata }
      metadata[member.key.text] = text
    }
    return metadata
  }

  private static func entries(
    _ object: JSONObject, dataStart: Int
  ) throws(SafetensorsProblem) -> [Entry] {
    var entries: [Entry] = []
    var names: Set<String> = []
    for member in object.members where member.key != "__metadata__" {
      let entry = try Entry(name: member.key.text, member.value, dataStart: dataStart)
      guard names.insert(entry.description.name).inserted else {
        throw .duplicateName(entry.description.name)
      }
      entries.append(entry)
    }
    // Tensors without elements stand before the one that begins at the same place.
    return entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
  }

  /// No holes, no overlaps, nothing left over: so that a file means one thing, and hides nothing.
  private static func checkPlaces(
    _ entries: [Entry], in data: Range<Int>
  ) throws(SafetensorsProblem) {
    var end = data.lowerBound
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw .notAdjacent(
          tensor: entry.description.name, expected: end - data.lowerBound,
          found: entry.range.lowerBound - data.lowerBound)
      }
      end = entry.range.upperBound
    }
    guard end == data.upperBound else {
      throw .dataLength(expected: end - data.lowerBound, found: data.count)
    }
  }
}
