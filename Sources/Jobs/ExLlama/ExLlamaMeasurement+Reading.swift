import ByteJSON
import Foundation
import Quantization

extension ExLlamaMeasurement {
  /// Reads a file. Throws `ExLlamaError` with the place of the first thing that is wrong.
  package init(contentsOf url: URL) throws {
    guard let data = try? Data(contentsOf: url) else {
      throw ExLlamaError.unreadable(file: url.relativePath)
    }
    try self.init(decoding: data, file: url.relativePath)
  }

  /// Reads the contents of `file`.
  package init(decoding data: Data, file: String) throws {
    do {
      try self.init(try JSONValue.parse(data, allowingNonFinite: true), Place(file: file))
    } catch let error as JSONError {
      throw ExLlamaError.notJSON(file: file, reason: error.localizedDescription)
    }
  }

  private init(_ document: JSONValue, _ file: Place) throws {
    let measurement = document["measurement"] ?? .null
    // Until December 2023 options were listed per matrix.
    if measurement.array != nil
      || measurement.object?.keys.contains(where: { $0.text.hasSuffix("_proj") }) == true
    {
      throw ExLlamaError.oldSchema(file: file.file)
    }
    guard let modules = measurement.object, modules.count > 0 else {
      throw ExLlamaError.noMeasurement(file: file.file)
    }
    guard let last = document["last_module_idx"]?.int else {
      throw file.error("\"last_module_idx\"", "a whole number", document["last_module_idx"])
    }
    lastModuleIndex = last
    entries = try modules.members.map { member in
      let key = member.key.text
      return Entry(key: key, content: try Self.content(member.value, file.at("'\(key)'"), key))
    }
  }

  private static func content(_ value: JSONValue, _ place: Place, _ key: String) throws -> Content {
    switch key.split(separator: ".").last {
    case "self_attn", "mlp", "block_sparse_moe":
      return .options(try options(value, place))
    case "parallel_decoder":
      return .parallel(
        attention: try options(value["attn"], place.at("\"attn\"")),
        feedForward: try options(value["mlp"], place.at("\"mlp\"")))
    case "norm", "linear", "pos_emb":
      guard value.isNull else { throw place.error(nil, "null", value) }
      return .nothing
    default:
      throw ExLlamaError.unknownModule(file: place.file, module: key)
    }
  }

  private static func options(_ value: JSONValue?, _ place: Place) throws -> [Option] {
    guard let list = value?.array, !list.isEmpty else {
      throw place.error(nil, "a list of options", value)
    }
    return try list.enumerated().map { try option($1, place.at("option \($0)")) }
  }

  private static func option(_ value: JSONValue, _ place: Place) throws -> Option {
    guard let accuracy = value["accuracy"]?.double else {
      throw place.error("\"accuracy\"", "a number", value["accuracy"])
    }
    guard 0..<1 ~= accuracy else {
      throw ExLlamaError.accuracy(place.text, found: value["accuracy"]?.json ?? "\(accuracy)")
    }
    guard let bits = value["total_bits"]?.int else {
      throw place.error("\"total_bits\"", "a whole number", value["total_bits"])
    }
    let layouts = try projections.compactMap { projection in
      try value[projection].map {
        Layout(projection, try layout($0, place.at("\"\(projection)\"")))
      }
    }
    return Option(accuracy: accuracy, totalBits: bits, layouts: layouts)
  }

  /// In the order in which an option has them.
  private static let projections = [
    "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "w1", "w3", "w2",
  ]

  private static func layout(_ value: JSONValue, _ place: Place) throws -> QParams {
    func list<Number>(_ key: String, _ number: (JSONValue) -> Number?) throws -> [Number] {
      let numbers = value[key]?.array?.map(number)
      guard let numbers, numbers.allSatisfy({ $0 != nil }) else {
        throw place.error("\"\(key)\"", "a list of numbers", value[key])
      }
      return numbers.compactMap(\.self)
    }
    let bits = try list("bits", \.int)
    let shares = try list("bits_prop", \.double)
    let groupSizes = bits.indices.compactMap { groupSize(value["group_size"], $0, bits) }
    guard shares.count == bits.count, groupSizes.count == bits.count else {
      throw ExLlamaError.layout(
        place.text,
        reason: "it has \(bits.count) widths, \(groupSizes.count) group sizes and "
          + "\(shares.count) shares; there must be one of each per part")
    }
    guard value["scale_bits"]?.int == QParams.scaleBits else {
      throw place.error("\"scale_bits\"", "\(QParams.scaleBits)", value["scale_bits"])
    }
    do {
      return try QParams(
        parts: bits.indices.map {
          .init(share: shares[$0], bits: bits[$0], groupSize: groupSizes[$0])
        })
    } catch {
      throw ExLlamaError.layout(place.text, reason: error.localizedDescription)
    }
  }

  /// The group size of one of the parts. It is given by width, by part, or once for all.
  private static func groupSize(_ value: JSONValue?, _ part: Int, _ bits: [Int]) -> Int? {
    guard let value else { return nil }
    if let sizes = value.array { return sizes.count == bits.count ? sizes[part].int : nil }
    return value.object == nil ? value.int : value["\(bits[part])"]?.int
  }
}

/// Where in a file something stands, as messages have it.
private struct Place {
  let file: String
  var path: [String] = []

  func at(_ name: String) -> Place { Place(file: file, path: path + [name]) }

  var text: String { ([file] + path).joined(separator: ", ") }

  /// What is wrong with a value, or with one of its own.
  func error(_ key: String?, _ expected: String, _ found: JSONValue?) -> ExLlamaError {
    let place = key.map { at($0) } ?? self
    return .malformed(place.text, expected: expected, found: found.map(\.shown) ?? "nothing")
  }
}

extension JSONValue {
  /// As a message shows it: what is long by its kind.
  fileprivate var shown: String {
    switch self {
    case .array, .object, .string: kind
    default: json
    }
  }
}
