import Foundation
import Tensors
import Testing

/// Against plain loops in double precision.
@Suite("Log-softmax")
struct LogSoftmaxTests {
  private func logSumExp(_ logits: [Float]) -> Double {
    let highest = Double(logits.max() ?? 0)
    return highest + log(logits.reduce(0) { $0 + exp(Double($1) - highest) })
  }

  private func divergence(_ p: [Float], _ q: [Float]) -> Double {
    let (lp, lq) = (logSumExp(p), logSumExp(q))
    return zip(p, q).reduce(0) {
      $0 + exp(Double($1.0) - lp) * ((Double($1.0) - lp) - (Double($1.1) - lq))
    }
  }

  private func kernelDivergence(_ p: [Float], _ q: [Float]) -> Double {
    LogSoftmax.divergence(
      of: p[...], logSumExp: LogSoftmax.logSumExp(p[...]), from: q[...],
      logSumExp: LogSoftmax.logSumExp(q[...]))
  }

  /// The mean, under the softmax, of the roundings in the exponentials, and those of the sums.
  private func roundings(_ logits: [Float], from center: Double) -> Double {
    let sum = logSumExp(logits)
    return logits.reduce(81) {
      $0 + exp(Double($1) - sum) * exponentialRoundings(at: Double($1) - center)
    }
  }

  @Test("sums exponentials", arguments: oddSizes, [Float(0.01), 1, 10, 100])
  func sums(count: Int, size: Float) {
    let logits = randomNumbers(count, seed: count, size: size)
    guard count > 0 else {
      #expect(LogSoftmax.logSumExp(logits[...]) == -.infinity)
      return
    }
    let bound = roundings(logits, from: Double(logits.max()!)) * rounding
    #expect(abs(LogSoftmax.logSumExp(logits[...]) - logSumExp(logits)) <= bound)
  }

  @Test func sumsAtAnyHeight() {
    for shift in [Float(-1e6), 65536, 1e30] {
      let logits = [Float](repeating: shift, count: 1000)
      let expected = Double(shift) + log(1000)
      #expect(abs(LogSoftmax.logSumExp(logits[...]) - expected) <= abs(expected) * 1e-7)
    }
  }

  @Test("reads a slice from its start", arguments: [0, 1, 5])
  func slices(start: Int) {
    let logits = randomNumbers(100, seed: 1)
    let (slice, array) = (logits[start..<start + 50], Array(logits[start..<start + 50]))
    #expect(LogSoftmax.logSumExp(slice) == LogSoftmax.logSumExp(array[...]))
    #expect(
      LogSoftmax.divergence(of: slice, logSumExp: 1, from: slice, logSumExp: 2)
        == LogSoftmax.divergence(of: array[...], logSumExp: 1, from: array[...], logSumExp: 2))
  }

  /// Each term is a product of a probability and a difference of two floats and a shift; all but
  /// its smallest part cancels in the sum. The errors in `lp` and `lq`, as the kernels give them,
  /// shift every difference.
  @Test(
    "gives the divergence of two distributions",
    arguments: oddSizes.filter { $0 > 0 }, [Float(1e-4), 1e-2, 1])
  func divergence(count: Int, difference: Float) {
    for size in [Float(1), 8] {
      let p = randomNumbers(count, seed: count, size: size)
      let q = zip(p, randomNumbers(count, seed: count + 1, size: difference)).map { $0 + $1 }
      let (lp, lq) = (logSumExp(p), logSumExp(q))
      let bound = zip(p, q).reduce(0.0) { bound, pair in
        let (p, q) = (Double(pair.0), Double(pair.1))
        let term = abs((p - lp) - (q - lq))
        let parts = abs(p - q) + abs(lp - lq) + term
        return bound + exp(p - lp)
          * (term * (exponentialRoundings(at: p - lp) + abs(lp) + 81) + parts)
      }
      let exact = LogSoftmax.divergence(
        of: p[...], logSumExp: lp, from: q[...], logSumExp: lq)
      #expect(abs(exact - divergence(p, q)) <= bound * rounding)
      let sums = roundings(p, from: Double(p.max()!)) + roundings(q, from: Double(q.max()!))
      #expect(abs(kernelDivergence(p, q) - divergence(p, q)) <= (bound + sums) * rounding)
    }
  }

  @Test("is zero between equal logits", arguments: oddSizes, [Float(1), 30])
  func zero(count: Int, size: Float) {
    let logits = randomNumbers(count, seed: count, size: size)
    if count > 0 { #expect(kernelDivergence(logits, logits) == 0) }
  }

  /// Logits of eleven bits, so that adding the shift is exact.
  @Test("is zero when all logits are shifted", arguments: [0x1p-10, -0.5, 3, 64] as [Float])
  func shifted(shift: Float) {
    for count in [1, 17, 301, 2065] {
      let logits = randomNumbers(count, seed: count, size: 4).map { ($0 * 1024).rounded() / 1024 }
      let moved = logits.map { $0 + shift }
      #expect(abs(kernelDivergence(logits, moved)) < 1e-9)
      #expect(abs(kernelDivergence(moved, logits)) < 1e-9)
    }
  }
}
