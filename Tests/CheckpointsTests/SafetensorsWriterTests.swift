import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("A written safetensors file")
struct SafetensorsWriterTests {
  private let folder = try! TemporaryFolder()
  private var url: URL { folder["t.safetensors"] }

  /// Made with the Python package, safetensors 0.8.0, `save(tensors, {"format": "pt"})`.
  private static let referenceFile = Data(
    base64Encoded: """
      yAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJpZHMiOnsiZHR5cGUiOiJJNjQiLCJzaGFwZSI6\
      WzIsMV0sImRhdGFfb2Zmc2V0cyI6WzAsMTZdfSwiYi53ZWlnaHQiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsM10s\
      ImRhdGFfb2Zmc2V0cyI6WzE2LDQwXX0sImVtcHR5Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlswLDVdLCJkYXRhX29m\
      ZnNldHMiOls0MCw0MF19LCJhLndlaWdodCI6eyJkdHlwZSI6IkYxNiIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6\
      WzQwLDQ2XX0sIm5cIsO2XG4iOnsiZHR5cGUiOiJJMTYiLCJzaGFwZSI6WzFdLCJkYXRhX29mZnNldHMiOls0Niw0OF19\
      LCJzY2FsYXIiOnsiZHR5cGUiOiJVOCIsInNoYXBlIjpbXSwiZGF0YV9vZmZzZXRzIjpbNDgsNDldfSwibWFzayI6eyJk\
      dHlwZSI6IkJPT0wiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOls0OSw1Ml19fSABAAAAAAAAAP//////////AAAA\
      AAAAgD8AAABAAABAQAAAgEAAAKBAADwAwAA4AwAHAQAB
      """)!

  @Test func hasTheBytesOfTheReference() throws {
    let writer = try SafetensorsWriter(
      at: url,
      tensors: [
        TensorDescription("b.weight", .f32, [2, 3]), TensorDescription("a.weight", .f16, [3]),
        TensorDescription("mask", .bool, [3]), TensorDescription("ids", .i64, [2, 1]),
        TensorDescription("empty", .f32, [0, 5]), TensorDescription("scalar", .u8, []),
        TensorDescription("n\"ö\n", .i16, [1]),
      ])
    try writer.write("mask", [UInt8]([1, 0, 1]))
    try writer.write("a.weight", floats: [1, -2, 0.5])
    try writer.write("b.weight", floats: [0, 1, 2, 3, 4, 5])
    try writer.write("ids", [1, -1])
    try writer.write("scalar", Data([7]))
    try writer.write("n\"ö\n", [Int16(3)])
    try writer.finish()
    #expect(try Data(contentsOf: url) == Self.referenceFile)
  }

  @Test("reads back as it was written", arguments: 0..<20)
  func readsBackAsItWasWritten(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var contents: [(TensorDescription, [UInt8])] = TensorType.allCases.flatMap { dtype in
      // Multiples of four elements fill whole bytes, of whatever width.
      let (rows, columns) = (4 * random.next(below: 4), random.next(below: 7))
      return [("a", [rows, columns]), ("b", [12]), ("c", [0, 3])].map { name, shape in
        let description = TensorDescription("\(dtype.rawValue).\(name)", dtype, shape)
        let content = (0..<description.byteCount).map { _ in UInt8(random.next(below: 256)) }
        return (description, content)
      }
    }
    let writer = try SafetensorsWriter(
      at: url, tensors: contents.map(\.0), metadata: ["z": "\u{1}", "a": "\\"])
    random.shuffle(&contents)
    for (description, content) in contents { try writer.write(description.name, content) }
    try writer.finish()

    let file = try SafetensorsFile(url)
    #expect(file.metadata == ["z": "\u{1}", "a": "\\"])
    #expect(file.tensors.count == contents.count)
    for (description, content) in contents {
      #expect(try file.tensor(description.name).description == description)
      #expect(try file.tensor(description.name).bytes() == content)
    }
  }

  @Test func takesRowsInAnyOrderFromAnyThread() throws {
    let (rows, tokens, vocabulary) = (7, 3, 50)
    let writer = try SafetensorsWriter(
      at: url, tensors: [TensorDescription("logits", .f32, [rows, tokens, vocabulary])])
    _ = try parallelMap(rows) { row in
      let values = [Float](repeating: Float(row), count: tokens * vocabulary)
      try writer.write("logits", floats: values, fromRow: row)
    }
    try writer.finish()
    let logits = try SafetensorsFile(url).tensor("logits")
    for row in 0..<rows {
      #expect(try Set(logits.rows(row..<row + 1).floats()) == [Float(row)])
    }
  }

  @Test func roundsToTheTensorsType() throws {
    let values: [Float] = [0.1, -3.3, 65504, 1e-7]
    for dtype in [TensorType.f32, .f16, .bf16] {
      let writer = try SafetensorsWriter(at: url, tensors: [TensorDescription("t", dtype, [4])])
      try writer.write("t", floats: values)
      try writer.finish()
      let expected =
        switch dtype {
        case .f16: NumberFormat.roundedToBinary16(values)
        case .bf16: NumberFormat.floats(bfloat16: NumberFormat.bfloat16(values))
        default: values
        }
      #expect(try SafetensorsFile(url).floats(of: "t") == expected)
    }
  }

  /// The bound itself is tested: the largest value that rounds to a number, and the next.
  @Test(
    "refuses values that its type cannot hold",
    arguments: [
      (TensorType.f16, Float(65520).nextDown, Float(65520)),
      (.f16, -Float(65520).nextDown, -Float.infinity),
      (.bf16, Float(bitPattern: 0x7F7F_7FFF), Float(bitPattern: 0x7F7F_8000)),
      (.f32, Float.greatestFiniteMagnitude, Float.nan),
    ])
  func refusesValuesThatItsTypeCannotHold(dtype: TensorType, good: Float, bad: Float) throws {
    let writer = try SafetensorsWriter(at: url, tensors: [TensorDescription("t", dtype, [2, 1])])
    #expect(
      throws: CheckpointError.notRepresentable(
        tensor: "t", index: 1, value: "\(bad)", as: dtype.rawValue)
    ) { try writer.write("t", floats: [good, bad]) }
    try writer.write("t", floats: [good, good])
    try writer.finish()
    #expect(try SafetensorsFile(url).floats(of: "t").count == 2)
  }

  @Test func refusesWhatWasNotAnnounced() throws {
    let writer = try SafetensorsWriter(at: url, tensors: [TensorDescription("t", .i32, [4, 2])])
    #expect(throws: CheckpointError.tensorNotFound(name: "u", place: url.path)) {
      try writer.write("u", [1])
    }
    for count in [0, 7, 9] {
      #expect(
        throws: CheckpointError.wrongByteCount(tensor: "t", expected: 32, found: 4 * count)
      ) { try writer.write("t", [Int32](repeating: 0, count: count)) }
    }
    #expect(throws: CheckpointError.wrongByteCount(tensor: "t", expected: 32, found: 34)) {
      try [UInt8](repeating: 0, count: 4).withUnsafeBytes {
        try writer.write("t", $0, atByte: 30)
      }
    }
    #expect(
      throws: CheckpointError.unexpectedType(
        tensor: "t", expected: "F32, F16 or BF16", found: .i32)
    ) { try writer.write("t", floats: [1]) }
    #expect(throws: CheckpointError.duplicateTensor("t")) {
      try SafetensorsWriter(
        at: folder["u"],
        tensors: [TensorDescription("t", .u8, [1]), TensorDescription("t", .f32, [1])])
    }
  }

  @Test func refusesToBeWrittenTwiceOrNotAtAll() throws {
    let writer = try SafetensorsWriter(
      at: url, tensors: [TensorDescription("t", .f32, [3, 1]), TensorDescription("u", .u8, [0])])
    try writer.write("t", floats: [1, 2], fromRow: 1)
    #expect(throws: CheckpointError.writtenTwice(tensor: "t")) {
      try writer.write("t", floats: [1, 2], fromRow: 0)
    }
    #expect(throws: CheckpointError.incomplete(tensors: ["t"], path: url.path)) {
      try writer.finish()
    }
    try writer.write("t", floats: [0], fromRow: 0)
    try writer.finish()
    #expect(try SafetensorsFile(url).floats(of: "t") == [0, 1, 2])
  }

  @Test func appearsWhenItIsFinished() throws {
    try folder.write("t.safetensors", "old")
    do {
      let writer = try SafetensorsWriter(at: url, tensors: [TensorDescription("t", .u8, [1])])
      try writer.write("t", [UInt8(1)])
      #expect(try folder.names == [".t.safetensors.partial", "t.safetensors"])
    }
    #expect(try folder.names == ["t.safetensors"])
    #expect(try Data(contentsOf: url) == Data("old".utf8))
  }

  @Test func needsSpace() throws {
    let petabyte = 1 << 50
    #expect {
      try SafetensorsWriter(at: url, tensors: [TensorDescription("t", .u8, [petabyte])])
    } throws: { error in
      guard case .notEnoughSpace(url.path, let needed, let available)? = error as? CheckpointError
      else { return false }
      return needed > petabyte && available < petabyte
    }
    #expect(try folder.names == [])
  }
}
