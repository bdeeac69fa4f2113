/// Lowercases scalar by scalar, without regard to neighbors: a final sigma is an ordinary one.
struct LowercaseNormalizer: Normalizer {
  static let names = ["Lowercase"]

  init(_ component: Component) {}

  func normalize(_ text: [UInt8]) -> [UInt8] { Self.lowercase(text) }

  static func lowercase(_ text: [UInt8]) -> [UInt8] {
    text.mappingScalars { scalar, output in
      switch scalar {
      case "A"..."Z": output.append(UInt8(scalar.value) | 0x20)
      case _ where scalar.isASCII: output.append(UInt8(scalar.value))
      default: output += scalar.properties.lowercaseMapping.utf8
      }
    }
  }
}
