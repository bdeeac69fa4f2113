import Foundation
import Quantization
import Tensors

/// The inner loops, one at a time. Bytes are those read and written once each; operations are
/// additions and multiplications, an exponential counted as one.
enum KernelBenchmark {
  static func run() {
    print("kernel                          size              time: µs   rate")
    scaleSearch()
    packing()
    conversions()
    layers()
    matrices()
  }

  /// `count` units of work in `unit`, 10⁹ of them a second.
  private static func line(
    _ name: String, _ size: String, count: Int, unit: String, _ body: () -> Void
  ) {
    // Long enough for the clock.
    var repetitions = 1
    while milliseconds({ for _ in 0..<repetitions { body() } }) < 5, repetitions < 1 << 16 {
      repetitions *= 2
    }
    let time = medianMilliseconds { for _ in 0..<repetitions { body() } } / Double(repetitions)
    print(
      name.padded(32) + size.padded(18)
        + String(format: "%-11.1f%.2f ", time * 1e3, Double(count) / time / 1e6) + unit)
  }

  private static func scaleSearch() {
    let columns = 2048
    for rows in [32, 128] {
      let group = OpenGroup(
        grid: EXL2Grid(bits: 4), weights: randomMatrix(rows, columns, seed: 1, size: 0.02),
        importance: [Float](repeating: 1, count: rows),
        carry: randomMatrix(rows, rows, seed: 2, size: 0.05))
      // 16 points of the profile, and three candidates whose errors are carried on.
      line(
        "scale search", "\(rows) × \(columns)", count: rows * columns * (16 + 3),
        unit: "G weights·candidates/s"
      ) { _ = JointScaleSearch().scales(for: group) }
    }
  }

  private static func packing() {
    let (rows, columns) = (1024, 2048)
    for bits in [3, 4, 5] {
      var random = SeededGenerator(seed: 3)
      let codes = (0..<columns).map { _ in UInt8(random.next(below: 1 << bits)) }
      line(
        "packing, \(bits) bits", "\(rows) × \(columns)", count: rows * columns, unit: "G codes/s"
      ) {
        var packed = BitColumns(rows: rows * bits / 32, columns: columns)
        for row in 0..<rows { packed.write(codes, bits: bits, at: row * bits) }
      }
    }
    var random = SeededGenerator(seed: 4)
    let matrix = QuantizedMatrix(
      permutation: Array(0..<rows),
      groups: (0..<rows / 32).map { Group(bits: 4, rows: 32 * $0..<32 * ($0 + 1)) },
      outputs: columns, codes: (0..<rows * columns).map { _ in UInt8(random.next(below: 16)) },
      scaleCodes: [UInt8](repeating: 7, count: rows / 32 * columns),
      scaleMaxima: [UInt16](repeating: 0x3c00, count: rows / 32))
    // A code read, a weight written.
    line("dequantizing", "\(rows) × \(columns)", count: rows * columns * 5, unit: "GB/s") {
      _ = matrix.weights()
    }
  }

  private static func conversions() {
    let count = 1 << 20
    let values = randomMatrix(1, count, seed: 5).elements
    let (half, brain) = (NumberFormat.binary16(values), NumberFormat.bfloat16(values))
    let size = "\(count)"
    line("binary16 → float", size, count: count * 6, unit: "GB/s") {
      _ = NumberFormat.floats(binary16: half)
    }
    line("bfloat16 → float", size, count: count * 6, unit: "GB/s") {
      _ = NumberFormat.floats(bfloat16: brain)
    }
    line("float → binary16", size, count: count * 6, unit: "GB/s") {
      _ = NumberFormat.binary16(values)
    }
    line("float → bfloat16", size, count: count * 6, unit: "GB/s") {
      _ = NumberFormat.bfloat16(values)
    }
  }

  private static func layers() {
    let (rows, columns) = (64, 2048)
    let count = rows * columns
    let size = "\(rows) × \(columns)"
    var x = randomMatrix(rows, columns, seed: 6)
    let ones = [Float](repeating: 1, count: columns)
    line("softmax", size, count: 4 * count, unit: "GF/s") {
      x.softmaxRows(rows) { _ in 0..<columns }
    }
    let states = randomMatrix(rows, columns, seed: 7)
    line("RMSNorm", size, count: 4 * count, unit: "GF/s") {
      _ = states.rmsNormalized(weight: ones, epsilon: 1e-5)
    }
    line("LayerNorm", size, count: 7 * count, unit: "GF/s") {
      _ = states.layerNormalized(weight: ones, bias: ones, epsilon: 1e-5)
    }
    let half = columns / 2
    let (cosines, sines) = (
      Matrix(rows: rows, columns: half, elements: [Float](repeating: 0.8, count: rows * half)),
      Matrix(rows: rows, columns: half, elements: [Float](repeating: 0.6, count: rows * half))
    )
    x = states
    line("RoPE, halves", size, count: 3 * count, unit: "GF/s") {
      x.rotatePairs(from: 0, cosines: cosines, sines: sines)
    }
    line("RoPE, neighbors", size, count: 3 * count, unit: "GF/s") {
      x.rotateNeighbors(from: 0, cosines: cosines, sines: sines)
    }
    line("SiLU", size, count: 4 * count, unit: "GF/s") { x.apply(.silu) }
  }

  private static func matrices() {
    let side = 1024
    let size = "\(side) × \(side)"
    var a = randomMatrix(side, side, seed: 8)
    let b = randomMatrix(side, side, seed: 9)
    let vector = b.row(0).map { $0 }
    line("transposition", size, count: side * side * 8, unit: "GB/s") { _ = b.transposed() }
    line("sum of two matrices", size, count: side * side * 12, unit: "GB/s") { a += b }
    line("vector to every row", size, count: side * side * 8, unit: "GB/s") { a.addToRows(vector) }
    line("rows scaled", size, count: side * side * 8, unit: "GB/s") { a.scaleRows(by: vector) }
  }
}
