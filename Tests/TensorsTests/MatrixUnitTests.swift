import Tensors
import Testing

@Suite("The matrix unit")
struct MatrixUnitTests {
  private func decide(
    _ wanted: MatrixUnit?, isAvailable: Bool = true, isRight: Bool = true
  ) -> MatrixUnit.Decision {
    MatrixUnit.decide(wanted: wanted, isAvailable: { isAvailable }, isRight: { isRight })
  }

  @Test func isAMXWhereThatWorks() {
    for decision in [decide(nil), decide(.amx)] {
      #expect(decision.unit == .amx && decision.remark == nil)
    }
  }

  @Test func isOpenBLASWithoutAWordWhereThereIsNoAMX() {
    let decision = decide(nil, isAvailable: false)
    #expect(decision.unit == .portable && decision.remark == nil)
  }

  @Test func isOpenBLASWithAWordWhereAMXWasAskedForOrIsWrong() throws {
    for decision in [
      decide(.amx, isAvailable: false), decide(nil, isRight: false), decide(.amx, isRight: false),
    ] {
      #expect(decision.unit == .portable)
      #expect(try #require(decision.remark).contains("AMX"))
    }
    #expect(decide(.amx, isAvailable: false).remark != decide(.amx, isRight: false).remark)
  }

  @Test func isWhatWasAskedForWithoutAskingTheMachine() {
    for unit in [MatrixUnit.portable, .emulated] {
      let decision = MatrixUnit.decide(
        wanted: unit,
        isAvailable: {
          Issue.record("asked")
          return true
        }, isRight: { false })
      #expect(decision.unit == unit && decision.remark == nil)
    }
  }

  @Test func isWantedByTheEnvironmentOrTheCaller() {
    let (portable, emulated) = (["BPW_PORTABLE": "1"], ["BPW_EMULATED_AMX": "1"])
    #expect(MatrixUnit.wanted(chosen: nil, environment: [:]) == nil)
    #expect(MatrixUnit.wanted(chosen: nil, environment: ["BPW_PORTABLE": "no"]) == nil)
    #expect(MatrixUnit.wanted(chosen: nil, environment: portable) == .portable)
    #expect(MatrixUnit.wanted(chosen: .amx, environment: portable) == .portable)
    #expect(MatrixUnit.wanted(chosen: nil, environment: emulated) == .emulated)
    #expect(MatrixUnit.wanted(chosen: .portable, environment: emulated) == .portable)
  }

  @Test("is right, on tiles that are right", arguments: tileUnits)
  func isRight(unit: MatrixUnit) {
    #expect(unit.isRight)
  }

  private func gram(_ x: Matrix) -> Matrix { .product(x.transposedPart, x.part()) }

  @Test func agreesWithOpenBLASOnlyIfProductsDo() {
    #expect(MatrixUnit.agrees(product: { $0 * $1 }, gram: gram))
    // One term instead of two.
    #expect(!MatrixUnit.agrees(product: { $0.bfloats * $1 }, gram: gram))
    #expect(!MatrixUnit.agrees(product: { $0 * $1.bfloats }, gram: gram))
    #expect(!MatrixUnit.agrees(product: { $0 * $1 }, gram: { gram($0.bfloats) }))
    // The last element alone.
    for wrong in [Float.nan, .infinity, 0] {
      func spoiled(_ matrix: Matrix) -> Matrix {
        var matrix = matrix
        matrix[matrix.rows - 1, matrix.columns - 1] = wrong
        return matrix
      }
      #expect(!MatrixUnit.agrees(product: { spoiled($0 * $1) }, gram: gram))
      #expect(!MatrixUnit.agrees(product: { $0 * $1 }, gram: { spoiled(gram($0)) }))
    }
  }

  @Test func isSaidWithTheKernel() {
    let kernel = BLAS.kernel
    switch MatrixUnit.current {
    case .portable: #expect(!kernel.contains("AMX"))
    case .amx: #expect(kernel.hasSuffix("+AMX"))
    case .emulated: #expect(kernel.hasSuffix("+emulated AMX"))
    }
  }
}
