import ByteJSON
import Foundation

/// A `config.json` that somebody else wrote, to which keys are added.
struct ConfigurationText {
  let object: JSONObject
  private let document: Data

  init(_ document: Data, file: String) throws {
    let value: JSONValue
    do {
      value = try JSONValue.parse(document, allowingNonFinite: true)
    } catch {
      throw FormatError.configuration(file: file, reason: error.localizedDescription)
    }
    guard let object = value.object else {
      throw FormatError.configuration(file: file, reason: "It isn't a JSON object.")
    }
    self.object = object
    self.document = document
  }

  /// The document with these keys, whose values are JSON already.
  ///
  /// Where none of them is there yet, every other byte stays as it is.
  func setting(_ members: [(key: String, value: String)]) -> Data {
    guard !members.isEmpty else { return document }
    if members.allSatisfy({ object[$0.key] == nil }) { return appending(members) }
    var all = object.members.map { (key: $0.key.text, value: $0.value.json) }
    for member in members {
      if let index = all.firstIndex(where: { $0.key == member.key }) {
        all[index] = member
      } else {
        all.append(member)
      }
    }
    return Data((indentedJSON(all) + "\n").utf8)
  }

  private func appending(_ members: [(key: String, value: String)]) -> Data {
    guard let brace = document.lastIndex(of: UInt8(ascii: "}")) else { return document }
    var kept = document[..<brace]
    while let last = kept.last, [0x20, 0x0a, 0x0d, 0x09].contains(last) { kept.removeLast() }
    let separator = object.count == 0 ? "\n" : ",\n"
    let lines = members.map { "  \(quotedJSON($0.key)): \($0.value)" }.joined(separator: ",\n")
    return Data(kept) + Data("\(separator)\(lines)\n}\n".utf8)
  }
}
