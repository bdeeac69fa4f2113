import Checkpoints
import Foundation
import Jobs
import Models
import Tensors
import TestSupport
import Testing

@Suite("A file of logits")
struct LogitsJobTests {
  private let session = try! TinySession()

  /// 150 tokens are more than the head takes at once.
  @Test("holds those of the forward pass", arguments: [1, 48, 150])
  func holdsThoseOfTheForwardPass(tokens: Int) throws {
    let rows = randomWindows(3, tokens: tokens, vocabulary: 301, seed: 5)
    let url = session.folder["logits.safetensors"]
    try LogitsJob(model: session.model, rows: rows).run(to: url) { _ in }
    let tensor = try SafetensorsFile(url).tensor("logits")
    #expect(tensor.description == TensorDescription("logits", .f32, [3, tokens, 301]))
    for (index, row) in rows.enumerated() {
      let found = try tensor.rows(index..<index + 1).floats()
      let expected = try session.model.logits(row).elements
      if tokens <= 128 {
        #expect(found == expected)
      } else {
        // BLAS may sum the rows at the edges of a product in another order.
        let size = expected.map(abs).max()!
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 64 * size * .ulpOfOne })
      }
    }
  }
}

@Suite("A file of token ids")
struct TokenIDFileTests {
  private let folder = try! TemporaryFolder()

  private func file(
    _ type: TensorType, _ shape: [Int], bytes: Data, name: String = "input_ids"
  ) throws -> TokenIDFile {
    let writer = try SafetensorsWriter(
      at: folder["ids.safetensors"], tensors: [TensorDescription(name, type, shape)])
    try writer.write(name, bytes)
    try writer.finish()
    return try TokenIDFile(folder["ids.safetensors"])
  }

  private func file<ID: FixedWidthInteger>(
    _ type: TensorType, _ shape: [Int], ids: [ID], name: String = "input_ids"
  ) throws -> TokenIDFile {
    try file(type, shape, bytes: ids.withUnsafeBytes { Data($0) }, name: name)
  }

  /// A file of these ids as integers of one type.
  private func file<ID: FixedWidthInteger>(
    _ ids: [Int], _ type: TensorType, as _: ID.Type
  ) throws -> TokenIDFile {
    try file(type, [2, 3], ids: ids.map { ID($0) })
  }

  @Test func mayHaveAnyIntegerType() throws {
    let ids = [0, 1, 100, 3, 127, 5]
    let files = [
      try file(ids, .u8, as: UInt8.self), try file(ids, .i8, as: Int8.self),
      try file(ids, .u16, as: UInt16.self), try file(ids, .i16, as: Int16.self),
      try file(ids, .u32, as: UInt32.self), try file(ids, .i32, as: Int32.self),
      try file(ids, .u64, as: UInt64.self), try file(ids, .i64, as: Int64.self),
    ]
    for file in files { #expect(file.rows == [[0, 1, 100], [3, 127, 5]]) }
  }

  @Test("has rows and tokens", arguments: [[6], [1, 2, 3], [0, 6], [6, 0]])
  func hasRowsAndTokens(shape: [Int]) {
    let ids = [Int32](repeating: 1, count: shape.reduce(1, *))
    #expect(
      throws: JobError.badTokenIDs(
        file: folder["ids.safetensors"].path, reason: "'input_ids' has the shape \(shape).")
    ) { try file(.i32, shape, ids: ids) }
  }

  @Test func hasTheTensor() {
    #expect(
      throws: JobError.badTokenIDs(
        file: folder["ids.safetensors"].path, reason: "There is no tensor 'input_ids'.")
    ) { try file(.i32, [2, 3], ids: [Int32](repeating: 1, count: 6), name: "ids") }
  }

  @Test func hasWholeNumbersOfThirtyTwoBits() {
    let error = #expect(throws: JobError.self) {
      try file(.f32, [2, 3], bytes: Data(count: 24))
    }
    #expect(
      error?.localizedDescription.contains("ids.safetensors: 'input_ids' has dtype F32") == true)
    #expect(
      throws: JobError.badTokenIDs(
        file: folder["ids.safetensors"].path, reason: "2147483648 is no token id.")
    ) { try file(.i64, [1, 1], ids: [Int64(Int32.max) + 1]) }
    #expect(throws: (any Error).self) { try file(.u64, [1, 1], ids: [UInt64.max]) }
  }
}
