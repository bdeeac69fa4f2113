import Foundation
import Tensors

/// What rates are compared with: a matrix product of 2048³ by BLAS, in one thread.
struct Peak {
  private static let size = 2048
  private static let flops = 2 * pow(Double(size), 3)

  private let left = randomMatrix(size, size, seed: 1)
  private let right = randomMatrix(size, size, seed: 2)

  /// 10⁹ floating-point operations per second, now.
  private func rate() -> Double {
    let time = milliseconds { _ = left * right }
    return Self.flops / time / 1e6
  }

  /// What part of the peak so many useful operations reach. Peak and body take turns, so that both
  /// see the same clock rate.
  func share(flops: Double, runs: Int = 5, _ body: () throws -> Void) rethrows -> Share {
    try share(runs: runs) { flops / (try milliseconds(body)) / 1e6 }
  }

  /// The same for a body that measures its rate itself, in 10⁹ operations per second.
  func share(runs: Int = 5, rate body: () throws -> Double) rethrows -> Share {
    _ = try body()
    var peaks: [Double] = []
    var rates: [Double] = []
    for _ in 0..<runs {
      peaks.append(rate())
      rates.append(try body())
    }
    return Share(peak: median(peaks), rate: median(rates))
  }

  /// A rate, and the peak in the same minute, in 10⁹ operations per second.
  struct Share {
    var peak: Double
    var rate: Double
    var ratio: Double { rate / peak }
  }

  /// Says which kernels BLAS chose and what its peak is.
  static func describeMachine() {
    let peak = Peak()
    let share = peak.share(flops: flops) { _ = peak.left * peak.right }
    print(
      String(
        format: "OpenBLAS kernels: %@; SGEMM of 2048³: %.1f GF/s, one thread", BLAS.kernel,
        share.peak))
    if BLAS.kernel.lowercased() == "haswell", hasAVX512 {
      print(
        "This processor has AVX-512, and OpenBLAS doesn't use it: is OPENBLAS_CORETYPE set? "
          + "Ratios are to what it does use.")
    }
  }

  private static var hasAVX512: Bool {
    let information = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    return information?.contains("avx512f") ?? false
  }
}

/// A matrix of normally distributed numbers.
func randomMatrix(_ rows: Int, _ columns: Int, seed: UInt64, size: Float = 1) -> Matrix {
  var random = SeededGenerator(seed: seed)
  return Matrix(rows: rows, columns: columns) { target in
    for index in target.indices { target[index] = random.nextNormal() * size }
  }
}
