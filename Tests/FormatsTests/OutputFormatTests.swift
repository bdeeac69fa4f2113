import Formats
import TestSupport
import Testing

@Suite("Every output format")
struct OutputFormatTests {
  @Test func isInTheList() throws {
    let files = try PackageFolder.swiftFiles(in: "Formats")
      .filter { $0.hasSuffix("Format") && $0 != "OutputFormat" }
    #expect(files.sorted() == allOutputFormats.map { "\(type(of: $0))" }.sorted())
  }

  @Test func hasANameOfItsOwn() {
    #expect(Set(allOutputFormats.map(\.name)).count == allOutputFormats.count)
  }
}
