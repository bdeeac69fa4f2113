import Foundation

/// A piece of a page: HTML that is XML, too, with everything escaped that has to be.
struct Markup: ExpressibleByStringInterpolation {
  let xml: String

  /// Plain text.
  init(stringLiteral text: String) { xml = text.escapedForXML }

  private init(xml: String) { self.xml = xml }

  /// An element; without children it closes itself.
  static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ children: [Markup] = []
  ) -> Markup {
    let attributes = attributes.map { " \($0)=\"\($1.escapedForXML)\"" }.joined()
    let content = children.map(\.xml).joined()
    // Some elements mustn't close themselves in HTML.
    let closesItself = children.isEmpty && !["div", "section", "span", "td", "th"].contains(name)
    return Markup(
      xml: closesItself ? "<\(name)\(attributes)/>" : "<\(name)\(attributes)>\(content)</\(name)>\n"
    )
  }

  /// Pieces one after the other.
  static func all(_ pieces: [Markup]) -> Markup { Markup(xml: pieces.map(\.xml).joined()) }

  /// Style rules, in which nothing needs escaping.
  static func style(_ rules: String) -> Markup { Markup(xml: "<style>\(rules)</style>\n") }

  static func text(_ text: String) -> Markup { Markup(stringLiteral: text) }
}

extension String {
  fileprivate var escapedForXML: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      // XML has no other control characters.
      case "\u{0}"..."\u{8}", "\u{b}", "\u{c}", "\u{e}"..."\u{1f}", "\u{fffe}", "\u{ffff}":
        result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Double {
  /// A coordinate.
  var xy: String { String(format: "%.1f", self) }
}
