import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("Comparing")
struct ComparePageTests {
  private static let few = "--bits 4,5 --strategies uniform,greedy,use-more-bits,inverted,random"

  @Test func showsTablesOfStrategiesBySizes() throws {
    let place = try Workplace()
    try place.addResults()
    let lines = try run("compare m.json \(Self.few)", in: place).output.split(separator: "\n")
    let exact = try #require(lines.first { $0.hasPrefix("exact") })
    #expect(exact.split(separator: " ").prefix(3) == ["exact", "1.000", "1.000"])
    #expect(lines.contains { $0.hasPrefix("random (mean of 5)") })
    #expect(lines.contains("The exact allocations are proven to be the best possible."))
  }

  @Test func measuresOnTextAndContinues() throws {
    let place = try Workplace()
    try place.addResults()
    try place.folder.write("other.txt", String(repeating: "The tide turned at dawn. ", count: 30))
    let line = "compare m.json \(Self.few) --model model --text other.txt --tokens 32 --rows 3"
    let first = try run(line + " --json", in: place)
    #expect(first.errors.contains("Measuring KL"))
    let comparison = try #require(first.json?["comparison"] as? [String: Any])
    let entries = try #require(comparison["entries"] as? [[String: Any]])
    for entry in entries {
      let cells = try #require(entry["cells"] as? [[String: Any]])
      for cell in cells {
        let measured = try #require(cell["measured"] as? [String: Any])
        let divergence = try #require(measured["kl_divergence"] as? [String: Double])
        #expect(divergence["value"]! > 0)
      }
    }
    let again = try run(line, in: place)
    #expect(again.errors.contains("were done before"))
    #expect(again.output.contains("Measured KL divergence"))
    let warned = try run(
      "compare m.json --bits 5 --strategies exact --model model --text text.txt --tokens 32",
      in: place)
    #expect(warned.errors.contains("Warning: text.txt was calibrated on"))
  }

  @Test func drawsAPageThatNeedsNothingElse() throws {
    let place = try Workplace()
    try place.addResults()
    // A name that would break a page that doesn't mind it.
    try place.replace("o_proj", by: "o<&proj", in: "m.json")
    try run("compare m.json \(Self.few) --html page.html", in: place)
    try run("compare m.json \(Self.few) --html same.html", in: place)
    let contents = try place.contents()
    let page = try #require(contents["page.html"])
    #expect(page == contents["same.html"])

    let reader = PageReader()
    let parser = XMLParser(data: page)
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    for name in ["svg", "title", "table", "style", "circle", "polyline", "rect"] {
      #expect(reader.elements.contains(name), "\(name)")
    }
    #expect(!reader.elements.contains("script") && !reader.elements.contains("link"))
    #expect(reader.text.contains("o<&proj"))
    let text = String(decoding: page, as: UTF8.self)
    #expect(text.contains("prefers-color-scheme: dark"))
    let addresses = text.matches(of: #/[a-z]+:\/\/[^"]*/#).map { String($0.output) }
    #expect(Set(addresses) == ["http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"])
    #expect(!text.contains("url(") && !text.contains("@import") && !text.contains("nan"))
  }

  private final class PageReader: NSObject, XMLParserDelegate {
    var elements: Set<String> = []
    var text = ""

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      elements.insert(name)
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
  }
}
