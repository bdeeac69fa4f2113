import Tensors
import Testing

@Suite struct BitColumnsTests {
  @Test(
    "stores 0, 1, 2, … as the words exllamav2 stores",
    arguments: [
      (2, 16, [0xe4e4_e4e4]),
      (3, 32, [0x88fa_c688, 0xc688_fac6, 0xfac6_88fa]),
      (4, 8, [0x7654_3210]),
      (5, 32, [0x8a41_8820, 0xc5a9_2839, 0xca30_7b9a, 0x38bd_ab49, 0xffbb_cdeb]),
      (6, 16, [0x440c_2040, 0xa248_1c61, 0x3ce3_4c2c]),
      (8, 4, [0x0302_0100]),
    ] as [(Int, Int, [UInt32])])
  func checkWords(bits: Int, rows: Int, expected: [UInt32]) {
    var columns = BitColumns(rows: expected.count, columns: 2)
    for row in 0..<rows {
      columns.write([UInt8(row % (1 << bits)), 0], bits: bits, at: row * bits)
    }
    #expect(columns.words == expected.flatMap { [$0, 0] })
  }

  @Test("gives back what was written", arguments: 1...8, [1, 5, 16, 33, 257])
  func roundTrip(bits: Int, width: Int) {
    var random = SeededGenerator(seed: UInt64(bits * 1000 + width))
    let rows = 64
    let codes = (0..<rows).map { _ in
      (0..<width).map { _ in UInt8(random.next(below: 1 << bits)) }
    }
    var columns = BitColumns(rows: rows * bits / 32 + 1, columns: width)
    // From an odd bit on, so that every alignment occurs.
    for (row, line) in codes.enumerated() { columns.write(line, bits: bits, at: row * bits + 3) }
    for count in Set([width, width / 2]) {
      for (row, line) in codes.enumerated() {
        let read = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
          columns.read(
            into: UnsafeMutableBufferPointer(rebasing: buffer[0..<count]), bits: bits,
            at: row * bits + 3)
          filled = count
        }
        #expect(read == Array(line.prefix(count)))
      }
    }
  }
}
