import Formats
import Foundation
import Quantization
import Tensors
import Testing

/// Weights and activations that no textbook has in mind: quantized, packed, unpacked.
@Suite("A degenerate layer")
struct DegenerateLayerTests {
  static let options = [
    "1:2b_32g s4", "1:3b_64g s4", "1:4b_32g s4", "0.25:8b_32g/0.25:5b_32g/0.5:2b_32g s4",
  ]
  private static let (inputs, outputs) = (128, 40)

  private struct Outcome {
    let matrix: QuantizedMatrix
    let weights: Matrix  // as they come out of the file
    /// What the error is by the recursion, by the weights themselves, and what the weights' own is.
    let (reported, error, energy): (Double, Double, Double)
    let factor: HessianFactor
  }

  /// A layer through everything. What holds for every layer is checked here.
  private func quantize(
    _ weights: Matrix, _ activations: Matrix, _ option: String
  ) throws -> Outcome {
    var hessian = Hessian(inputs: weights.rows)
    hessian.add(activations)
    let factor = try hessian.factor()
    let result = try gptq(weights, factor: factor, option: QParams(parsing: option))
    let unpacked = try EXL2Layer(packing: result.matrix).unpacked(outputs: weights.columns)
    #expect(unpacked == result.matrix)
    let rounded = unpacked.weights()
    #expect(rounded.isFinite && result.error.isFinite && result.dampedError.isFinite)

    let difference = weights - rounded
    let damping = factor.absoluteDamping
    let (error, energy) = (hessian.energy(of: difference), hessian.energy(of: weights))
    let damped = error + damping * difference.squaredNorm
    let dampedEnergy = energy + damping * weights.squaredNorm
    // Rounding everything to zero is always possible, and would cost the weights' own energy.
    #expect(damped <= dampedEnergy * (1 + 1e-5))
    // Squares below the least float are lost.
    let lost = 1e-38 * Double(weights.elements.count) * factor.unit
    #expect(abs(result.dampedError - damped) <= 1e-3 * damped + 1e-9 * dampedEnergy + lost)
    return Outcome(
      matrix: result.matrix, weights: rounded, reported: result.error, error: error,
      energy: energy, factor: factor)
  }

  private func weights(_ seed: UInt64, size: Float = 0.05) -> Matrix {
    random(rows: Self.inputs, columns: Self.outputs, seed: seed, size: size)
  }

  private func random(rows: Int, columns: Int, seed: UInt64, size: Float = 1) -> Matrix {
    var random = SeededGenerator(seed: seed)
    return Matrix(
      rows: rows, columns: columns,
      elements: (0..<rows * columns).map { _ in random.nextNormal() * size })
  }

  private func activations(_ tokens: Int, seed: UInt64 = 77) -> Matrix {
    random(rows: tokens, columns: Self.inputs, seed: seed)
  }

  @Test("of fewer tokens than inputs has less error than rounded by itself", arguments: options)
  func rankDeficient(option: String) throws {
    for tokens in [1, 2, 31, 127] {
      let outcome = try quantize(weights(1), activations(tokens), option)
      var hessian = Hessian(inputs: Self.inputs)
      hessian.add(activations(tokens))
      let nearest = try gptq(
        weights(1), factor: .identity(inputs: Self.inputs), option: QParams(parsing: option))
      let plain = hessian.energy(of: weights(1) - nearest.matrix.weights())
      #expect(outcome.error < plain, "\(tokens) tokens")
    }
  }

  @Test("of inputs that are all equal keeps the sum of their weights", arguments: options)
  func equalInputs(option: String) throws {
    var equal = activations(300)
    for token in 0..<300 {
      for input in 0..<Self.inputs { equal[token, input] = equal[token, 0] }
    }
    let original = weights(2)
    let outcome = try quantize(original, equal, option)
    // What is left is the rounding of the last rows, of a hundred that were rounded.
    let separate = Double(Self.inputs) * (original - outcome.weights).squaredNorm
    var hessian = Hessian(inputs: Self.inputs)
    hessian.add(equal)
    let unit = Double(hessian.matrix[0, 0])
    #expect(outcome.error < 0.05 * separate * unit)
  }

  @Test("has live inputs that dead ones don't disturb", arguments: options)
  func deadInputs(option: String) throws {
    // A multiple of every group, so that no group has both kinds.
    var some = activations(500)
    for token in 0..<500 {
      for input in stride(from: 0, to: Self.inputs, by: 2) { some[token, input] = 0 }
    }
    var other = weights(3)
    let outcome = try quantize(other, some, option)
    let live = Self.inputs / 2
    #expect(outcome.matrix.permutation.prefix(live).allSatisfy { $0 % 2 == 1 })
    #expect(outcome.matrix.permutation.suffix(live) == (0..<live).map { 2 * $0 }[...])
    for input in stride(from: 0, to: Self.inputs, by: 2) {
      for output in 0..<Self.outputs { other[input, output] *= -1000 }
    }
    let disturbed = try quantize(other, some, option)
    let groups = outcome.matrix.groups.filter { $0.rows.upperBound <= live }.count
    #expect(
      disturbed.matrix.codes.prefix(live * Self.outputs)
        == outcome.matrix.codes.prefix(live * Self.outputs))
    #expect(
      disturbed.matrix.scaleMaxima.prefix(groups) == outcome.matrix.scaleMaxima.prefix(groups))
    // No error of a dead input reaches the output.
    #expect(abs(disturbed.error - outcome.error) <= 1e-5 * outcome.error)
  }

  @Test("of no live input is rounded to nearest, and costs nothing", arguments: options)
  func noLiveInput(option: String) throws {
    let outcome = try quantize(weights(4), Matrix(rows: 9, columns: Self.inputs), option)
    let nearest = try gptq(
      weights(4), factor: .identity(inputs: Self.inputs), option: QParams(parsing: option))
    #expect(outcome.matrix == nearest.matrix)
    #expect(outcome.error == 0 && outcome.energy == 0)
    // In floats, damped and undamped differ by a rounding.
    #expect(outcome.reported < 1e-5)
  }

  @Test("of zeros stays one, whatever the activations", arguments: options)
  func zeros(option: String) throws {
    for tokens in [0, 1, 200] {
      for zero in [0, -0.0] as [Float] {
        let zeros = Matrix(
          rows: Self.inputs, columns: Self.outputs,
          elements: [Float](repeating: zero, count: Self.inputs * Self.outputs))
        let outcome = try quantize(zeros, activations(tokens), option)
        #expect(outcome.weights.elements.allSatisfy { $0.bitPattern == 0 })
        #expect(outcome.matrix.scaleMaxima.allSatisfy { $0 == 0 })
        #expect(outcome.reported == 0)
      }
    }
  }

  @Test("keeps columns of zeros beside others, and the others as if alone", arguments: options)
  func zeroColumns(option: String) throws {
    var some = weights(5)
    for input in 0..<Self.inputs {
      for output in stride(from: 0, to: Self.outputs, by: 4) { some[input, output] = -0.0 }
    }
    let outcome = try quantize(some, activations(400), option)
    let kept = (0..<Self.outputs).filter { $0 % 4 != 0 }
    let alone = Matrix(
      rows: Self.inputs, columns: kept.count,
      elements: (0..<Self.inputs).flatMap { input in kept.map { some[input, $0] } })
    let other = try quantize(alone, activations(400), option)
    for input in 0..<Self.inputs {
      for output in 0..<Self.outputs where output % 4 == 0 {
        #expect(outcome.weights[input, output] == 0)
      }
      for (index, output) in kept.enumerated() {
        #expect(outcome.weights[input, output] == other.weights[input, index])
      }
    }
  }

  @Test("of equal weights, in rows, columns or everywhere, is nearly exact", arguments: options)
  func constant(option: String) throws {
    let (original, few) = (weights(6), option.contains("2b"))
    for kind in 0..<3 {
      var some = original
      for input in 0..<Self.inputs {
        for output in 0..<Self.outputs {
          let (row, column) = (kind == 0 ? input : 0, kind == 1 ? output : 0)
          some[input, output] = original[row, column]
        }
      }
      let outcome = try quantize(some, activations(400), option)
      #expect(outcome.error < (kind == 0 && few ? 0.2 : 0.05) * outcome.energy, "kind \(kind)")
    }
  }

  /// The least scale is 2^-24, the least number of binary16: its multiples are what it can hold.
  @Test func ofTheLeastNumbersIsExact() throws {
    let least: Float = 0x1p-24
    var random = SeededGenerator(seed: 7)
    let some = Matrix(
      rows: Self.inputs, columns: Self.outputs,
      elements: (0..<Self.inputs * Self.outputs).map { _ in
        Float(random.next(below: 16) - 8) * least
      })
    let outcome = try quantize(some, activations(400), "1:4b_32g s4")
    #expect(outcome.weights == some)
    #expect(outcome.matrix.scaleMaxima.allSatisfy { $0 == NumberFormat.binary16([0x1p-16])[0] })
    #expect(outcome.matrix.scaleCodes.allSatisfy { $0 == 0 })
  }

  @Test(
    "of weights near or below what 16 bits hold becomes zeros at worst", arguments: options,
    [0x1p-149, 0x1p-133, 1e-38, 1e-20, 1e-9, 3e-8, 1e-7] as [Float])
  func tiny(option: String, size: Float) throws {
    let outcome = try quantize(weights(8, size: size), activations(400), option)
    if size < 5e-9 { #expect(outcome.weights.elements.allSatisfy { $0 == 0 }) }
    #expect(outcome.error <= outcome.energy * (1 + 1e-5))
  }

  @Test("of the largest numbers stays within them", arguments: options)
  func largest(option: String) throws {
    var some = weights(9)
    for index in some.elements.indices {
      some.elements[index] = some.elements[index] < 0 ? -65504 : 65504
    }
    let outcome = try quantize(some, activations(400), option)
    #expect(outcome.weights.elements.allSatisfy { abs($0) <= 65504 })
    #expect(outcome.error < 0.5 * outcome.energy)
  }

  @Test("with one outlier keeps it, and the groups without it", arguments: options)
  func outlier(option: String) throws {
    var some = weights(10)
    some[5, 6] = 60000
    let outcome = try quantize(some, activations(400), option)
    let group = outcome.matrix.groups.first { outcome.matrix.permutation[$0.rows].contains(5) }!
    let (bits, outlierGroup) = (group.bits, outcome.matrix.permutation[group.rows])
    #expect(abs(outcome.weights[5, 6] - 60000) < 60000 / Float(1 << (bits - 1)))
    #expect(outcome.error < 0.3 * outcome.energy)
    // Scales are its group's alone; its error travels, but not into other columns.
    for output in 0..<Self.outputs where output != 6 {
      for input in outcome.matrix.permutation where !outlierGroup.contains(input) {
        #expect(abs(outcome.weights[input, output]) <= 1)
      }
    }
  }

  @Test("with a weight that is none is refused, with its place and value")
  func noNumber() throws {
    for value in [Float.nan, .infinity, -.infinity, 65505, -65536, 1e38] {
      var some = weights(11)
      some[3, 7] = value
      let error = #expect(throws: QuantizationError.self) {
        try quantize(some, activations(200), "1:4b_32g s4")
      }
      let message = error?.localizedDescription ?? ""
      #expect(message.contains("input 3 to output 7 is \(value)"), "\(message)")
    }
  }

  @Test("with an activation that is none is refused", arguments: [.nan, .infinity] as [Float])
  func noActivation(value: Float) throws {
    var some = activations(50)
    some[49, 127] = value
    #expect(throws: QuantizationError.hessianNotFinite(tokens: 50)) {
      try quantize(weights(12), some, "1:4b_32g s4")
    }
  }
}
