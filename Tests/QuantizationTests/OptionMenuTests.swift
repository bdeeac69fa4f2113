import Foundation
import Quantization
import Testing

@Suite struct OptionMenuTests {
  @Test func comesWithEveryLayoutOfExllamav2FromSmallToLarge() throws {
    let options = try shippedMenu().options
    let tables = try [attentionTable, feedForwardTable, headTable].flatMap(rows).flatMap(\.layouts)
    #expect(Set(options) == Set(tables))
    let sizes = try options.map { try $0.storedBits(inputs: 4096, outputs: 4096) }
    #expect(sizes == sizes.sorted())
  }

  private func menu(_ text: String) throws -> OptionMenu {
    try OptionMenu(decoding: Data(text.utf8), file: "menu.json")
  }

  private func stored(
    kind: String = "bpw.qparams", version: Int = 1, format: String = "exl2", options: String
  ) -> String {
    """
    {"kind": "\(kind)", "version": \(version), "format": "\(format)", "options": [\(options)]}
    """
  }

  private let option = #"{"bits": [4], "group_size": [128], "share": [1]}"#

  @Test func readsOptionsInOrder() throws {
    let other = #"{"bits": [3, 2], "group_size": [64, 32], "share": [0.05, 0.95]}"#
    #expect(
      try menu(stored(options: "\(option), \(other)")).options.map(\.description)
        == ["1:4b_128g s4", "0.05:3b_64g/0.95:2b_32g s4"])
  }

  @Test func namesAFileThatIsNotThere() {
    #expect(
      throws: QuantizationError.unreadableMenu(
        file: "/nowhere/menu.json", problem: "there is no readable file there.")
    ) { try OptionMenu(contentsOf: URL(fileURLWithPath: "/nowhere/menu.json")) }
  }

  @Test func refusesFilesOfAnotherKindVersionOrFormat() {
    for (text, key, expected, found) in [
      (stored(kind: "bpw.measurement", options: option), "kind", "bpw.qparams", "bpw.measurement"),
      (stored(version: 2, options: option), "version", "1", "2"),
      (stored(format: "gguf", options: option), "format", "exl2", "gguf"),
    ] {
      #expect(
        throws: QuantizationError.unexpectedMenu(
          file: "menu.json", key: key, expected: expected, found: found)
      ) { try menu(text) }
    }
  }

  @Test(
    "says where a file goes wrong",
    arguments: [
      ("{", "the file is not valid JSON"),
      ("{}", "the file has no \"kind\". Add it."),
      (
        #"{"kind": "bpw.qparams", "version": 1, "format": "exl2", "options": [{"bits": [4], "share": [1]}]}"#,
        "\"options\", entry 0 has no \"group_size\". Add it."
      ),
      (
        """
        {"kind": "bpw.qparams", "version": 1, "format": "exl2",
         "options": [{"bits": [4], "group_size": ["128"], "share": [1]}]}
        """, "\"options\", entry 0, \"group_size\", entry 0 is not of type Int."
      ),
    ])
  func unreadable(text: String, problem: String) {
    #expect {
      try menu(text)
    } throws: {
      $0.localizedDescription.contains(problem) && $0.localizedDescription.contains("menu.json")
    }
  }

  @Test(
    "says which option cannot be used",
    arguments: [
      (
        #"{"bits": [4, 3], "group_size": [128], "share": [1]}"#,
        "it has 2 bits, 1 group sizes and 1"
      ),
      (#"{"bits": [7], "group_size": [128], "share": [1]}"#, "7 bits are not one of"),
      (#"{"bits": [4], "group_size": [128], "share": [1]}"#, "it is the same as option 0."),
    ])
  func unusable(second: String, problem: String) {
    #expect {
      try menu(stored(options: "\(option), \(second)"))
    } throws: {
      $0.localizedDescription.contains("Option 1 ") && $0.localizedDescription.contains(problem)
    }
  }

  @Test func refusesAnEmptyList() {
    #expect(throws: QuantizationError.self) { try menu(stored(options: "")) }
  }
}
