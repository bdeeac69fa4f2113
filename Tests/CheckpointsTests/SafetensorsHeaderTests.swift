import Checkpoints
import Foundation
import Tensors
import Testing

@Suite("A safetensors header")
struct SafetensorsHeaderTests {
  private static let vector = #""v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#

  /// What the format allows: section 3 of the notes, "accept", as the reference reads it.
  @Test(
    "is accepted",
    arguments: [
      ("{}", 0, [String]()),
      (#"{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 8, ["v"]),
      ("{\(vector)}  \n ", 8, ["v"]),
      (#"{"e":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]}}"#, 0, ["e"]),
      (#"{"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#, 4, ["s"]),
      // Other order in the header than in the file.
      (
        #"{"b":{"dtype":"U8","shape":[3],"data_offsets":[2,5]},"#
          + #""a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 5, ["a", "b"]
      ),
      // Tensors without elements at the beginning, between others, and at the end.
      (
        #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
          + #""z":{"dtype":"U8","shape":[0],"data_offsets":[2,2]},"#
          + #""y":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"#
          + #""b":{"dtype":"U8","shape":[3],"data_offsets":[2,5]}}"#, 5, ["y", "a", "z", "b"]
      ),
      ("{\"__metadata__\":null,\(vector)}", 8, ["v"]),
      ("{\"__metadata__\":{\"a\":\"b\"},\(vector)}", 8, ["v"]),
      (#"{"v":{"dtype":"F32","more":[{}],"shape":[2],"data_offsets":[0,8]}}"#, 8, ["v"]),
      (#"{"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 8, [""]),
      (#"{"größe\n":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 8, ["größe\n"]),
      (#"{"x":{"dtype":"F4","shape":[3,2],"data_offsets":[0,3]}}"#, 3, ["x"]),
      (#"{"x":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[0,3]}}"#, 3, ["x"]),
    ])
  func isAccepted(header: String, contentBytes: Int, names: [String]) throws {
    let file = safetensors(header, contentBytes: contentBytes)
    let parsed = try file.withUnsafeBytes { try SafetensorsHeader($0) }
    #expect(parsed.entries.map(\.description.name) == names)
    #expect(parsed.entries.last.map { $0.range.upperBound == file.count } ?? true)
  }

  /// What it forbids. The member says something about the tensor "t" with 8 bytes of content.
  @Test(
    "is refused for a bad entry",
    arguments: [
      (
        #""dtype":"F33","shape":[2],"data_offsets":[0,8]"#,
        SafetensorsProblem.unknownType(tensor: "t", dtype: "F33")
      ),
      (
        #""dtype":"f32","shape":[2],"data_offsets":[0,8]"#,
        .unknownType(tensor: "t", dtype: "f32")
      ),
      (#""shape":[2],"data_offsets":[0,8]"#, .invalidField(tensor: "t", field: "dtype")),
      (
        #""dtype":1,"shape":[2],"data_offsets":[0,8]"#,
        .invalidField(tensor: "t", field: "dtype")
      ),
      (#""dtype":"F32","data_offsets":[0,8]"#, .invalidField(tensor: "t", field: "shape")),
      (
        #""dtype":"F32","shape":[-2],"data_offsets":[0,8]"#,
        .invalidField(tensor: "t", field: "shape")
      ),
      (
        #""dtype":"F32","shape":[2.5],"data_offsets":[0,8]"#,
        .invalidField(tensor: "t", field: "shape")
      ),
      (
        #""dtype":"F32","shape":[2.0],"data_offsets":[0,8]"#,
        .invalidField(tensor: "t", field: "shape")
      ),
      (
        #""dtype":"F32","shape":2,"data_offsets":[0,8]"#,
        .invalidField(tensor: "t", field: "shape")
      ),
      (
        #""dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8]"#,
        .invalidField(tensor: "t", field: "shape")
      ),
      (#""dtype":"F32","shape":[2]"#, .invalidField(tensor: "t", field: "data_offsets")),
      (
        #""dtype":"F32","shape":[2],"data_offsets":[0,4,8]"#,
        .invalidField(tensor: "t", field: "data_offsets")
      ),
      (
        #""dtype":"F32","shape":[2],"data_offsets":[8,0]"#,
        .invalidField(tensor: "t", field: "data_offsets")
      ),
      (
        #""dtype":"F32","shape":[2],"data_offsets":[9223372036854775799,9223372036854775807]"#,
        .invalidField(tensor: "t", field: "data_offsets")
      ),
      (
        #""dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]"#,
        .tooLarge(tensor: "t")
      ),
      (
        #""dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,8]"#, .tooLarge(tensor: "t")
      ),
      (#""dtype":"F4","shape":[15],"data_offsets":[0,8]"#, .fractionalBytes(tensor: "t")),
      (#""dtype":"F6_E3M2","shape":[10],"data_offsets":[0,8]"#, .fractionalBytes(tensor: "t")),
      (
        #""dtype":"F32","shape":[3],"data_offsets":[0,8]"#,
        .sizeMismatch(tensor: "t", expected: 12, found: 8)
      ),
      (
        #""dtype":"U8","shape":[7],"data_offsets":[1,8]"#,
        .notAdjacent(tensor: "t", expected: 0, found: 1)
      ),
      (#""dtype":"U8","shape":[7],"data_offsets":[0,7]"#, .dataLength(expected: 7, found: 8)),
      (#""dtype":"U8","shape":[9],"data_offsets":[0,9]"#, .dataLength(expected: 9, found: 8)),
    ])
  func isRefusedForABadEntry(member: String, problem: SafetensorsProblem) {
    refuses(safetensors("{\"t\":{\(member)}}", contentBytes: 8), problem)
  }

  @Test("is refused for holes, overlaps and aliases", arguments: [(4, 1), (4, 5), (0, 8), (8, 4)])
  func isRefusedForPlacesThatDoNotMeet(end: Int, begin: Int) {
    let header = """
      {"a":{"dtype":"U8","shape":[\(end)],"data_offsets":[0,\(end)]},
      "b":{"dtype":"U8","shape":[\(8 - begin)],"data_offsets":[\(begin),8]}}
      """
    let (name, place) = begin == 0 ? ("a", 0) : ("b", begin)
    refuses(
      safetensors(header, contentBytes: 8),
      .notAdjacent(tensor: name, expected: end, found: place))
  }

  @Test func isRefusedForAnAlias() {
    let header = """
      {"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},
      "b":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}
      """
    refuses(
      safetensors(header, contentBytes: 8), .notAdjacent(tensor: "b", expected: 8, found: 0))
  }

  @Test func isRefusedForItsLength() {
    func file(_ length: UInt64, _ rest: String = "{}") -> [UInt8] {
      bytes([length.littleEndian]) + Array(rest.utf8)
    }
    refuses([], .tooShort(bytes: 0))
    refuses([2, 0, 0, 0, 0, 0, 0], .tooShort(bytes: 7))
    refuses(file(100_000_001), .headerTooLong(bytes: 100_000_001))
    refuses(file(.max), .headerTooLong(bytes: .max))
    refuses(file(100_000_000), .headerBeyondEnd(headerBytes: 100_000_008, bytes: 10))
    refuses(file(3), .headerBeyondEnd(headerBytes: 11, bytes: 10))
    refuses(file(0, ""), .noHeaderObject)
    refuses(Array("version https://git-lfs.github.com/spec/v1\n".utf8), .gitPointer)
  }

  @Test("is refused unless it is an object", arguments: ["[]", " {}", "\u{FEFF}{}", "null", "x"])
  func isRefusedUnlessItIsAnObject(header: String) {
    refuses(safetensors(header), .noHeaderObject)
  }

  @Test(
    "is refused unless it is JSON",
    arguments: [
      "{", "{}\0", "{} x", "{\"a\"}", "{\(vector),\(vector)}",
      #"{"__metadata__":{},"__metadata__":{}}"#, #"{"__metadata__":{"a":"1","a":"2"}}"#,
    ])
  func isRefusedUnlessItIsJSON(header: String) {
    #expect {
      try safetensors(header, contentBytes: 8).withUnsafeBytes { _ = try SafetensorsHeader($0) }
    } throws: { error in
      if case .invalidJSON? = error as? SafetensorsProblem { true } else { false }
    }
  }

  @Test func isRefusedUnlessItIsUTF8() {
    #expect(throws: SafetensorsProblem.self) {
      var file = safetensors("{\"v\":1}")
      file[10] = 0xFF
      _ = try file.withUnsafeBytes { try SafetensorsHeader($0) }
    }
  }

  @Test(
    "is refused for metadata of other kinds", arguments: ["1", "[]", #"{"a":1}"#, #"{"a":null}"#])
  func isRefusedForMetadata(metadata: String) {
    refuses(safetensors("{\"__metadata__\":\(metadata)}"), .invalidMetadata)
  }

  /// Swift's strings hold these two for the same text.
  @Test func isRefusedForNamesThatOnlyLookDifferent() {
    let header = """
      {"\u{E9}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},
      "e\u{301}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}
      """
    refuses(safetensors(header), .duplicateName("é"))
  }

  @Test func isRefusedWhereverTheFileIsCut() throws {
    let file = vectors("first", "second")
    _ = try file.withUnsafeBytes { try SafetensorsHeader($0) }
    for count in file.indices {
      #expect(throws: SafetensorsProblem.self) {
        try file[..<count].withUnsafeBytes { _ = try SafetensorsHeader($0) }
      }
    }
  }

  /// A mutated file is either refused or means something consistent; it never crashes the reader.
  @Test func survivesTwentyThousandMutations() {
    let original = vectors("first", "second") + [1, 2, 3]
    let hints = Array("0123456789-.eE\"{}[],:\\u \0\u{7F}NF".utf8)
    var random = SeededGenerator(seed: 1)
    var accepted = 0
    for _ in 0..<20_000 {
      var file = original
      if random.next(below: 2) == 0 { file.removeLast(3) }
      for _ in 0...random.next(below: 4) {
        let place = random.next(below: file.count)
        switch random.next(below: 4) {
        case 0: file[place] = UInt8(random.next(below: 256))
        case 1: file[place] = hints[random.next(below: hints.count)]
        case 2: file.remove(at: place)
        default: file.insert(hints[random.next(below: hints.count)], at: place)
        }
      }
      file.withUnsafeBytes { bytes in
        guard let header = try? SafetensorsHeader(bytes) else { return }
        accepted += 1
        for entry in header.entries {
          #expect(entry.range.count == entry.description.byteCount)
          #expect(entry.range.upperBound <= bytes.count)
        }
      }
    }
    // Changed names and contents are no damage that a header shows.
    #expect(accepted > 100)
  }

  private func refuses(
    _ file: [UInt8], _ problem: SafetensorsProblem,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(throws: problem, sourceLocation: sourceLocation) {
      try file.withUnsafeBytes { _ = try SafetensorsHeader($0) }
    }
  }
}
