import Foundation

/// A command's result, as `--json` prints it.
struct Report<Body: Encodable>: Encodable {
  let kind: String
  let body: Body

  init(_ kind: String, _ body: Body) {
    self.kind = "bpw.\(kind)"
    self.body = body
  }

  private enum CodingKeys: String, CodingKey { case kind, version }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(1, forKey: .version)
    try body.encode(to: encoder)
  }

  /// JSON, which has no infinite numbers: these are texts.
  func text(compact: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if !compact { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
