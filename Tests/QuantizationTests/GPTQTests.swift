import Foundation
import Quantization
import Tensors
import Testing

@Suite struct GPTQTests {
  static let layouts = [
    "1:2b_32g s4", "1:4b_128g s4", "0.1:4b_64g/0.9:3b_64g s4",
    "0.05:8b_32g/0.1:5b_32g/0.85:4b_128g s4", "1:3b_320g s4",
  ]

  @Test("agrees with plain GPTQ", arguments: layouts, [64, 640])
  func agreesWithPlain(layout: String, inputs: Int) throws {
    let outputs = 40
    let weights = randomWeights(inputs: inputs, outputs: outputs, seed: 1)
    let hessian = correlatedHessian(tokens: 2 * inputs, inputs: inputs, seed: 2)
    let factor = try hessian.factor(damping: 0.01)
    let result = try gptq(weights, factor: factor, option: QParams(parsing: layout))
    let matrix = result.matrix
    let plain = PlainGPTQ(
      weights, factor: factor, groups: matrix.groups, scales: matrix.scales(ofGroup:))

    // Where a code differs, the weight lay next to the border between two codes. All that follows
    // in this column may then differ.
    var agreeing: [Int] = []
    for column in 0..<outputs {
      let row = (0..<inputs).first {
        Int(matrix.codes[$0 * outputs + column]) != plain.codes[$0][column]
      }
      guard let row else {
        agreeing.append(column)
        continue
      }
      let place = plain.places[row][column]
      let fromBorder = abs(place - place.rounded(.down) - 0.5)
      #expect(fromBorder <= plain.noise[row][column])
    }
    #expect(agreeing.count >= outputs * 9 / 10)

    // In the columns that agree, so do the errors: there is one rounding per code and per error
    // term, and none of them depends on a decision.
    let difference = weights - matrix.weights()
    var picked = Matrix(rows: inputs, columns: agreeing.count)
    for row in 0..<inputs {
      for (index, column) in agreeing.enumerated() { picked[row, index] = difference[row, column] }
    }
    let damped = hessian.energy(of: picked) + factor.absoluteDamping * picked.squaredNorm
    let expected = agreeing.reduce(0) { $0 + plain.errors[$1] }
    #expect(abs(damped - expected) < 1e-4 * expected)
  }

  @Test("reads its error off the recursion", arguments: layouts, [0.003, 0.12])
  func errorIdentities(layout: String, damping: Double) throws {
    let weights = randomWeights(inputs: 640, outputs: 48, seed: 3)
    let hessian = correlatedHessian(tokens: 1500, inputs: 640, seed: 4)
    let factor = try hessian.factor(damping: damping)
    let result = try gptq(weights, factor: factor, option: QParams(parsing: layout))
    let difference = weights - result.matrix.weights()
    let error = hessian.energy(of: difference)
    let damped = error + factor.absoluteDamping * difference.squaredNorm
    #expect(abs(result.dampedError - damped) < 1e-4 * damped)
    #expect(abs(result.error - error) < 1e-4 * damped)
  }

  /// Where rows of the factor and of the weights are longer in memory than they are.
  @Test func readsItsErrorOffPaddedRows() throws {
    let weights = randomWeights(inputs: 1024, outputs: 1024, seed: 20)
    let hessian = correlatedHessian(tokens: 1200, inputs: 1024, seed: 21)
    let factor = try hessian.factor()
    #expect(factor.upper.rows == 1024 && factor.upper.columns == 1024)
    let result = try gptq(weights, factor: factor, option: QParams(parsing: "1:4b_128g s4"))
    let difference = weights - result.matrix.weights()
    let damped = hessian.energy(of: difference) + factor.absoluteDamping * difference.squaredNorm
    #expect(abs(result.dampedError - damped) < 1e-4 * damped)
  }

  @Test("beats round-to-nearest on correlated inputs", arguments: [2, 3, 4, 6], 0..<4)
  func beatsRoundToNearest(bits: Int, seed: Int) throws {
    let weights = randomWeights(inputs: 256, outputs: 64, seed: UInt64(seed))
    let hessian = correlatedHessian(tokens: 1000, inputs: 256, seed: UInt64(seed + 100))
    let option = try QParams(parsing: "1:\(bits)b_64g s4")
    let nearest = try gptq(weights, factor: .identity(inputs: 256), option: option)
    let result = try gptq(weights, factor: hessian.factor(), option: option)
    #expect(result.error < 0.7 * hessian.energy(of: weights - nearest.matrix.weights()))
  }

  @Test func givesImportantInputsTheMostBits() throws {
    let hessian = correlatedHessian(tokens: 500, inputs: 128, seed: 5)
    let option = try QParams(parsing: "0.25:8b_32g/0.75:2b_32g s4")
    let weights = randomWeights(inputs: 128, outputs: 32, seed: 6)
    let matrix = try gptq(weights, factor: hessian.factor(), option: option).matrix
    let diagonal = hessian.diagonal
    let important = matrix.permutation[matrix.groups[0].rows].map { diagonal[$0] }
    let rest = matrix.permutation[32...].map { diagonal[$0] }
    #expect(matrix.groups[0].bits == 8)
    #expect(important.min()! >= rest.max()!)
  }

  @Test func roundsToNearestWithoutAHessian() throws {
    let weights = randomWeights(inputs: 64, outputs: 32, seed: 7)
    let option = try QParams(parsing: "1:4b_32g s4")
    let result = try gptq(weights, factor: .identity(inputs: 64), option: option)
    let rounded = result.matrix.weights()
    for (index, group) in result.matrix.groups.enumerated() {
      let scales = result.matrix.scales(ofGroup: index)
      for row in group.rows {
        for column in 0..<32 {
          let scale = scales[column]
          let inRange = min(max(weights[row, column], -8 * scale), 7 * scale)
          // Half a step, and the rounding of the product to 16 bits.
          #expect(abs(rounded[row, column] - inRange) <= 0.5 * scale * (1 + 0x1p-7))
        }
      }
    }
    let distance = (weights - rounded).squaredNorm
    #expect(abs(result.error - distance) < 1e-6 * distance)

    let withoutTokens = try gptq(
      weights, factor: Hessian(inputs: 64).factor(damping: 0.01), option: option)
    #expect(withoutTokens.matrix == result.matrix)
    #expect(withoutTokens.error < 1e-6 * withoutTokens.dampedError)
  }

  @Test func keepsZerosZero() throws {
    let option = try QParams(parsing: "0.5:4b_32g/0.5:3b_32g s4")
    let factor = try correlatedHessian(tokens: 200, inputs: 64, seed: 8).factor()
    let none = try gptq(Matrix(rows: 64, columns: 32), factor: factor, option: option)
    #expect(none.error == 0 && none.dampedError == 0)
    #expect(none.matrix.weights().elements.allSatisfy { $0 == 0 })
    #expect(none.matrix.scaleMaxima == [0, 0])
    #expect(Set(none.matrix.codes) == [8, 4])

    var column = randomWeights(inputs: 64, outputs: 32, seed: 9)
    for row in 0..<64 { column[row, 5] = 0 }
    let matrix = try gptq(column, factor: factor, option: option).matrix
    #expect((0..<64).allSatisfy { matrix.weights()[$0, 5] == 0 })
    #expect(matrix.scaleCodes[5] == 0 && matrix.scaleCodes[32 + 5] == 0)

    var group = randomWeights(inputs: 64, outputs: 32, seed: 10)
    for row in 0..<32 {
      for column in 0..<32 { group[row, column] = 0 }
    }
    let ordered = try gptq(group, factor: .identity(inputs: 64), option: option).matrix
    #expect(ordered.scaleMaxima[0] == 0 && ordered.scaleMaxima[1] > 0)
    #expect(ordered.weights().elements.prefix(32 * 32).allSatisfy { $0 == 0 })
  }

  @Test(
    "works on weights of any size that 16 bits hold",
    arguments: [
      3e-7, 1e-6, 1e-5, 1e-4, 1, 100, 8000,
    ] as [Float])
  func anySize(size: Float) throws {
    let weights = randomWeights(inputs: 64, outputs: 32, seed: 11, size: size)
    let hessian = correlatedHessian(tokens: 200, inputs: 64, seed: 12)
    let factor = try hessian.factor()
    let result = try gptq(weights, factor: factor, option: QParams(parsing: "1:4b_32g s4"))
    let rounded = result.matrix.weights()
    #expect(rounded.isFinite)
    let difference = weights - rounded
    let damped = hessian.energy(of: difference) + factor.absoluteDamping * difference.squaredNorm
    #expect(abs(result.dampedError - damped) < 1e-4 * damped)
    // Below 2^-24 there is nothing; near it, codes are all that is coarse.
    #expect(result.error < (size < 1e-5 ? 0.5 : 0.03) * hessian.energy(of: weights))
  }

  @Test func neverRoundsToInfinity() throws {
    var weights = randomWeights(inputs: 64, outputs: 32, seed: 13, size: 15000)
    for index in weights.elements.indices {
      weights.elements[index] = min(max(weights.elements[index], -65504), 65504)
    }
    weights[3, 3] = 65504
    weights[4, 4] = -65504
    for bits in [2, 3, 8] {
      let factor = try correlatedHessian(tokens: 200, inputs: 64, seed: 14).factor()
      let matrix = try gptq(weights, factor: factor, option: QParams(parsing: "1:\(bits)b_32g s4"))
        .matrix
      #expect(matrix.weights().isFinite)
    }
  }

  @Test("says which weight 16 bits cannot hold", arguments: [.infinity, .nan, -65536] as [Float])
  func notRepresentable(value: Float) throws {
    var weights = randomWeights(inputs: 64, outputs: 32, seed: 15)
    weights[7, 9] = value
    #expect {
      try gptq(weights, factor: .identity(inputs: 64), option: QParams(parsing: "1:4b_32g s4"))
    } throws: {
      guard case .weightNotRepresentable(let found, 7, 9) = $0 as? QuantizationError else {
        return false
      }
      return found == value || value.isNaN
    }
  }

  @Test func givesTheSameResultInEveryThread() throws {
    let weights = randomWeights(inputs: 320, outputs: 72, seed: 16)
    let factor = try correlatedHessian(tokens: 700, inputs: 320, seed: 17).factor()
    let option = try QParams(parsing: "0.1:4b_64g/0.9:3b_64g s4")
    let results = try parallelMap(8) { _ in try gptq(weights, factor: factor, option: option) }
    #expect(results.allSatisfy { $0.matrix == results[0].matrix })
    #expect(results.allSatisfy { $0.error == results[0].error })
  }

  @Test("treats every column alike, however many there are", arguments: [1, 7, 16, 33, 1024])
  func anyNumberOfOutputs(outputs: Int) throws {
    let weights = randomWeights(inputs: 64, outputs: outputs, seed: 18)
    let factor = try correlatedHessian(tokens: 200, inputs: 64, seed: 19).factor()
    let result = try gptq(weights, factor: factor, option: QParams(parsing: "1:4b_32g s4"))
    #expect(result.matrix.outputs == outputs && result.matrix.codes.count == 64 * outputs)
    let difference = (weights - result.matrix.weights()).squaredNorm
    #expect(difference < 0.02 * weights.squaredNorm)
  }
}
