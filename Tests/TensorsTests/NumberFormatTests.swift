import Tensors
import Testing

@Suite("Number formats")
struct NumberFormatTests {
  private static let allCodes = [UInt16](0...UInt16.max)

  @Test func readEveryBinary16Code() {
    let values = NumberFormat.floats(binary16: Self.allCodes)
    let isRight = zip(Self.allCodes, values).allSatisfy { code, value in
      let expected = Float(Float16(bitPattern: code))
      return expected.isNaN ? value.isNaN : value.bitPattern == expected.bitPattern
    }
    #expect(isRight)
  }

  @Test func readEveryBfloat16Code() {
    let values = NumberFormat.floats(bfloat16: Self.allCodes)
    #expect(zip(Self.allCodes, values).allSatisfy { $1.bitPattern == UInt32($0) << 16 })
  }

  @Test func writeEveryBinary16ValueAsItsCode() {
    let codes = NumberFormat.binary16(NumberFormat.floats(binary16: Self.allCodes))
    let isRight = zip(Self.allCodes, codes).allSatisfy { expected, code in
      Float16(bitPattern: expected).isNaN ? Float16(bitPattern: code).isNaN : code == expected
    }
    #expect(isRight)
  }

  @Test func writeEveryBfloat16ValueAsItsCode() {
    let values = NumberFormat.floats(bfloat16: Self.allCodes)
    let codes = NumberFormat.bfloat16(values)
    let isRight = zip(zip(Self.allCodes, values), codes).allSatisfy { original, code in
      original.1.isNaN
        ? Float(bitPattern: UInt32(code) << 16).isNaN : code == original.0
    }
    #expect(isRight)
  }

  /// The middle between every two neighbors, and the floats on both sides of it; 65520, the middle
  /// between the largest number and what would come next, is one of them.
  @Test func roundToTheNearestBinary16AndTiesToEven() {
    let middles = (0...UInt16(0x7bff)).map { code -> Float in
      let low = Float(Float16(bitPattern: code))
      return code == 0x7bff ? 65520 : (low + Float(Float16(bitPattern: code + 1))) / 2
    }
    let values = middles.flatMap { [$0.nextDown, $0, $0.nextUp] }
    for sign in [Float(1), -1] {
      let signed = values.map { $0 * sign }
      #expect(NumberFormat.binary16(signed) == signed.map { Float16($0).bitPattern })
    }
  }

  @Test func roundToTheNearestBfloat16AndTiesToEven() {
    let middles = (0...UInt32(0x7f7f)).map { Float(bitPattern: $0 << 16 | 0x8000) }
    let values = middles.flatMap { [$0.nextDown, $0, $0.nextUp] }
    for sign in [Float(1), -1] {
      let signed = values.map { $0 * sign }
      #expect(NumberFormat.bfloat16(signed) == signed.map(Self.nearestBfloat16))
    }
  }

  /// Of the two codes around a number the one nearer to it, or the even one.
  private static func nearestBfloat16(_ value: Float) -> UInt16 {
    let below = UInt16(value.bitPattern >> 16)  // towards zero
    func distance(_ code: UInt16) -> Double {
      // The code after the largest number's stands for 2^128 here.
      let magnitude = code & 0x7fff == 0x7f80 ? 0x1p128 : Double(Self.magnitude(code))
      return abs(abs(Double(value)) - magnitude)
    }
    let (low, high) = (distance(below), distance(below + 1))
    return low < high || low == high && below % 2 == 0 ? below : below + 1
  }

  private static func magnitude(_ code: UInt16) -> Float {
    Float(bitPattern: UInt32(code & 0x7fff) << 16)
  }

  @Test("round random bits like Swift does", arguments: 0..<20)
  func roundRandomBits(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let values = (0..<5000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
    }
    .filter { !$0.isNaN }
    #expect(NumberFormat.binary16(values) == values.map { Float16($0).bitPattern })
    let finite = values.filter(\.isFinite)
    #expect(NumberFormat.bfloat16(finite) == finite.map(Self.nearestBfloat16))
  }

  @Test func keepWhatIsNoNumber() {
    let signaling = Float(bitPattern: 0x7f80_0001)  // its mantissa has no bit that is kept
    let values: [Float] = [.infinity, -.infinity, .nan, signaling, -signaling]
    let halves = NumberFormat.binary16(values)
    #expect(halves.prefix(2) == [0x7c00, 0xfc00])
    #expect(halves.dropFirst(2).allSatisfy { Float16(bitPattern: $0).isNaN })
    let brains = NumberFormat.bfloat16(values)
    #expect(brains.prefix(2) == [0x7f80, 0xff80])
    #expect(brains.dropFirst(2).allSatisfy { Float(bitPattern: UInt32($0) << 16).isNaN })
  }

  @Test("don't depend on how many numbers are converted at once", arguments: oddSizes)
  func sizes(count: Int) {
    let values = randomNumbers(count, seed: count)
    #expect(NumberFormat.binary16(values) == values.map { Float16($0).bitPattern })
    #expect(NumberFormat.bfloat16(values) == values.map(Self.nearestBfloat16))
    #expect(NumberFormat.roundedToBinary16(values) == values.map { Float(Float16($0)) })
    let codes = values.map { UInt16(truncatingIfNeeded: $0.bitPattern >> 16) }
    #expect(
      NumberFormat.floats(bfloat16: codes) == codes.map { Float(bitPattern: UInt32($0) << 16) })
  }
}
