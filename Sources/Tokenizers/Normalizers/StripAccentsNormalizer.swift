/// Drops combining marks. Accents that are part of a character stay, unless NFD went before.
struct StripAccentsNormalizer: Normalizer {
  static let names = ["StripAccents"]

  init(_ component: Component) {}

  func normalize(_ text: [UInt8]) -> [UInt8] {
    text.mappingScalars { scalar, output in
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .spacingMark, .enclosingMark: break
      default: output += UTF8.encode(scalar) ?? .init()
      }
    }
  }
}
