import Foundation
import Tensors
import Testing

@Suite("A function of every element")
struct ElementFunctionTests {
  /// What the functions are, in double precision.
  static func exact(_ function: ElementFunction, _ x: Double) -> Double {
    switch function {
    case .silu: x / (1 + exp(-x))
    case .gelu: x / 2 * (1 + erf(x / 2.squareRoot()))
    case .geluTanh: x / 2 * (1 + tanh((2 / .pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .relu: max(x, 0)
    case .reluSquared: max(x, 0) * max(x, 0)
    case .softCap(let cap): Double(cap) * tanh(x / Double(cap))
    }
  }

  static let functions: [ElementFunction] = [
    .silu, .gelu, .geluTanh, .relu, .reluSquared, .softCap(30), .softCap(0.5),
  ]

  /// Exponentials and `erf` are good to 5e-7 near zero; the rest are single roundings. What is far
  /// below the argument (the left tail of GELU) has the error of 1 - 1 in it, times the argument.
  @Test("is what its formula says", arguments: functions, [1, 7, 16, 17, 100])
  func isItsFormula(function: ElementFunction, count: Int) {
    for size in [Float(0.01), 1, 6] {
      let x = randomMatrix(2, count, seed: count, size: size)
      var result = x
      result.apply(function)
      for (argument, found) in zip(x.elements, result.elements) {
        let value = Double(argument)
        let expected = Self.exact(function, value)
        let bound = 2e-6 * max(abs(expected), min(abs(value), 1)) + 1e-30
        #expect(abs(Double(found) - expected) <= bound, "at \(argument)")
      }
    }
  }

  @Test("is finite far from zero", arguments: functions)
  func isFiniteFarFromZero(function: ElementFunction) {
    let x: [Float] = [-1e4, -300, -89, -20, 20, 89, 300, 1e4]
    var result = Matrix(rows: 1, columns: x.count, elements: x)
    result.apply(function)
    for (argument, found) in zip(x, result.elements) {
      let expected = Self.exact(function, Double(argument))
      #expect(abs(Double(found) - expected) <= 1e-6 * abs(expected) + 1e-5)
    }
  }

  /// GELU and its approximation differ by 5e-4 at most, and must not be taken for each other.
  @Test func tellsGELUFromItsApproximation() {
    var (exact, approximate) = (
      Matrix(rows: 1, columns: 1, elements: [2]), Matrix(rows: 1, columns: 1, elements: [2])
    )
    exact.apply(.gelu)
    approximate.apply(.geluTanh)
    #expect(abs(exact[0, 0] - 1.9544997) < 1e-6 && abs(approximate[0, 0] - 1.9545977) < 1e-6)
  }
}
