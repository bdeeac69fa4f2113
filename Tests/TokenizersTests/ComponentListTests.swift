import Foundation
import Testing
import Tokenizers

@Suite("The lists of components")
struct ComponentListTests {
  @Test("name what the folders hold", arguments: componentTypes.keys.sorted())
  func areComplete(folder: String) throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/Tokenizers/\(folder)")
    let files = try FileManager.default.contentsOfDirectory(atPath: sources.path)
      .filter { $0.hasSuffix(".swift") }.map { String($0.dropLast(6)) }
    let protocols = [
      "TokenModel", "Normalizer", "PreTokenizer", "WordScanner", "PostProcessor", "TokenDecoder",
    ]
    #expect(Set(files).subtracting(protocols) == Set(componentTypes[folder] ?? []))
  }
}
