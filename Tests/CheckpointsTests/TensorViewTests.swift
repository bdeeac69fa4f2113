import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("A stored tensor")
struct TensorViewTests {
  private let folder = try! TemporaryFolder()

  /// A tensor in a file whose contents begin at an odd address.
  private func tensor(_ dtype: TensorType, _ shape: [Int], _ content: [UInt8]) throws -> TensorView
  {
    var header = """
      {"first":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
      "t":{"dtype":"\(dtype.rawValue)","shape":\(shape),"data_offsets":[1,\(1 + content.count)]}}
      """
    while header.utf8.count % 8 != 0 { header += " " }
    try folder.write("t.safetensors", safetensors(header, [0] + content))
    return try SafetensorsFile(folder["t.safetensors"]).tensor("t")
  }

  @Test func givesFloatsOfEveryFloatingPointType() throws {
    let values: [Float] = [0, 1, -2, 0.5, 0x1p-14, 3]
    let stored: [(TensorType, [UInt8])] = [
      (.f32, bytes(values)),
      (.f16, bytes(NumberFormat.binary16(values))),
      (.bf16, bytes(NumberFormat.bfloat16(values))),
      (.f64, bytes(values.map(Double.init))),
    ]
    for (dtype, content) in stored {
      let tensor = try tensor(dtype, [3, 2], content)
      #expect(try tensor.floats() == values)
      #expect(try tensor.rows(1..<2).floats() == [-2, 0.5])
      #expect(try tensor.rows(3..<3).floats() == [])
      #expect(tensor.bytes() == content)
    }
  }

  @Test func hasRowsOfNothingWhereOtherDimensionsAreHuge() throws {
    // Nothing is stored, so that such a shape is as good as another.
    let tensor = try tensor(.f32, [0, 1 << 40, 1 << 40], [])
    #expect(try tensor.rows(0..<0).floats() == [])
    #expect(tensor.description.rowElementCount == 0 && tensor.description.elementCount == 0)
  }

  @Test func givesIntegersOfEveryIntegerType() throws {
    #expect(try tensor(.bool, [2], [1, 0]).integers() == [1, 0])
    #expect(try tensor(.u8, [2], [255, 0]).integers() == [255, 0])
    #expect(try tensor(.i8, [2], [255, 0]).integers() == [-1, 0])
    #expect(try tensor(.u16, [1], bytes([UInt16.max])).integers() == [65535])
    #expect(try tensor(.i16, [1], bytes([Int16.min])).integers() == [-32768])
    #expect(try tensor(.u32, [1], bytes([UInt32.max])).integers() == [4_294_967_295])
    #expect(try tensor(.i32, [2], bytes([Int32.min, 7])).integers() == [-2_147_483_648, 7])
    #expect(try tensor(.i64, [1], bytes([Int64.min])).integers() == [Int.min])
    #expect(try tensor(.u64, [1], bytes([UInt64(5)])).integers() == [5])
    let error = CheckpointError.notRepresentable(
      tensor: "t", index: 1, value: "18446744073709551615", as: "a signed integer")
    #expect(throws: error) { try tensor(.u64, [2], bytes([0, UInt64.max])).integers() }
  }

  @Test func givesElementsAsTheyAreStored() throws {
    #expect(try tensor(.i32, [2, 1], bytes([Int32(-1), 2])).int32s() == [-1, 2])
    #expect(try tensor(.i16, [2], bytes([Int16(-1), 2])).int16s() == [-1, 2])
    #expect(try tensor(.i16, [1], bytes([Int16(-1)])).uint16s() == [0xFFFF])
    #expect(try tensor(.f16, [1], bytes([UInt16(0x7C00)])).uint16s() == [0x7C00])
  }

  @Test func refusesOtherTypes() throws {
    let wrong = try tensor(.i32, [1], bytes([Int32(1)]))
    #expect(
      throws: CheckpointError.unexpectedType(
        tensor: "t", expected: "F32, F16, BF16 or F64", found: .i32)
    ) { try wrong.floats() }
    #expect(
      throws: CheckpointError.unexpectedType(
        tensor: "t", expected: "I16 or U16 or F16 or BF16", found: .i32)
    ) { try wrong.uint16s() }
    #expect(throws: CheckpointError.self) { try tensor(.f16, [1], [0, 0]).integers() }
  }

  /// Large enough for several pieces, which are read at the same time.
  @Test("is transposed", arguments: [(1, 1), (3, 5), (16, 7), (1000, 130), (33, 4100)])
  func isTransposed(rows: Int, columns: Int) throws {
    let codes = (0..<rows * columns).map { UInt16(truncatingIfNeeded: $0 &* 7919) & 0x3FFF }
    let tensor = try tensor(.bf16, [rows, columns], bytes(codes))
    let matrix = try tensor.matrix()
    #expect(matrix.elements == NumberFormat.floats(bfloat16: codes))
    #expect(try tensor.transposedMatrix() == matrix.transposed())
    let part = rows / 2..<rows
    #expect(try tensor.rows(part).transposedMatrix() == matrix.rows(part).transposed())
  }

  @Test func isAMatrixOfItsLastDimension() throws {
    let stack = try tensor(.f32, [2, 2, 3], bytes((0..<12).map(Float.init)))
    #expect(try stack.matrix().rows == 4)
    #expect(try stack.rows(1..<2).matrix() == stack.matrix().rows(2..<4))
    #expect(try tensor(.f32, [], bytes([Float(5)])).matrix().elements == [5])
    #expect(try tensor(.f32, [0, 3], []).transposedMatrix().rows == 3)
    #expect(try tensor(.f32, [3, 0], []).matrix().elements == [])
  }

  @Test("names the first value that is not finite", arguments: [Float.nan, .infinity])
  func namesTheFirstValueThatIsNotFinite(value: Float) throws {
    var values = [Float](repeating: 1, count: 100_000)
    values[70_001] = value
    values[99_999] = value
    let tensor = try tensor(.f32, [1000, 100], bytes(values))
    let error = CheckpointError.notFinite(
      tensor: "t", index: 70_001, value: "\(value)", file: folder["t.safetensors"].path)
    #expect(throws: error) { try tensor.floats() }
    #expect(throws: error) { try tensor.transposedMatrix() }
    #expect(throws: error) { try tensor.rows(700..<702).matrix() }
    #expect(try tensor.rows(0..<700).floats().count == 70_000)
  }
}
