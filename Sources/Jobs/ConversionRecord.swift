import Foundation

/// The file beside a converted model's weights that says how they were made.
struct ConversionRecord: Codable {
  /// Its name in the folder.
  static let fileName = "bpw.json"
  private static let kind = "bpw.conversion"
  private static let version = 1

  private let kind: String
  private let version: Int
  let conversion: ModelConversion.Identity

  init(_ conversion: ModelConversion.Identity) {
    (kind, version, self.conversion) = (Self.kind, Self.version, conversion)
  }

  /// What a folder's says; nil if it has none of this version.
  static func read(in directory: URL) -> ConversionRecord? {
    guard let data = try? Data(contentsOf: directory.appending(path: fileName)),
      let record = try? decoder.decode(Self.self, from: data),
      record.kind == kind, record.version == version
    else { return nil }
    return record
  }

  /// The file's content.
  func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }
}
