import CKernels
import Foundation
import Synchronization

/// What computes the large products: those of activations with a layer's weights, and Gram matrices.
///
/// AMX multiplies bfloat16 numbers some ten times as fast as OpenBLAS multiplies floats. With
/// activations as sums of two of them, it is still several times as fast; see the module's page for
/// what is lost. Everything else, and everything on other machines, is OpenBLAS's.
package enum MatrixUnit: String, Sendable {
  /// OpenBLAS: the reference, everywhere.
  case portable
  /// The tiles of Intel's AMX, where a processor has them.
  case amx
  /// AMX's tiles in software, on any machine, for tests: very slow.
  case emulated
}

extension MatrixUnit {
  /// What was decided, and what there is to say about it.
  package struct Decision {
    package let unit: MatrixUnit
    package var remark: String?
  }

  private struct Wish {
    var unit: MatrixUnit?
    var isDecided = false
  }

  private static let wish = Mutex(Wish())

  /// Asks for a unit, for the whole process. Must come before the first use of `current`, as results
  /// of one run are made in one way.
  package static func choose(_ unit: MatrixUnit) {
    wish.withLock {
      precondition(!$0.isDecided, "the matrix unit is chosen after its first use")
      $0.unit = unit
    }
  }

  /// What this process uses: what was chosen, or else AMX, if this machine has it and it computes
  /// what OpenBLAS does. `BPW_PORTABLE=1` in the environment does without, `BPW_EMULATED_AMX=1`
  /// emulates it, which shows how a whole run comes out.
  package static var current: MatrixUnit { decision.unit }

  /// What a user should know about why AMX is not in use: that it was asked for in vain, or doesn't
  /// compute what it should.
  package static var remark: String? { decision.remark }

  private static let decision: Decision = {
    let chosen = wish.withLock {
      $0.isDecided = true
      return $0.unit
    }
    return decide(
      wanted: wanted(chosen: chosen, environment: ProcessInfo.processInfo.environment),
      isAvailable: { MatrixUnit.amx.isAvailable }, isRight: { MatrixUnit.amx.isRight })
  }()

  package static func wanted(chosen: MatrixUnit?, environment: [String: String]) -> MatrixUnit? {
    if environment["BPW_PORTABLE"] == "1" { return .portable }
    return chosen ?? (environment["BPW_EMULATED_AMX"] == "1" ? .emulated : nil)
  }

  package static func decide(
    wanted: MatrixUnit?, isAvailable: () -> Bool, isRight: () -> Bool
  ) -> Decision {
    if let wanted, wanted != .amx { return Decision(unit: wanted) }
    guard isAvailable() else {
      return Decision(
        unit: .portable,
        remark: wanted == nil
          ? nil
          : "This machine has no AMX, or its kernel doesn't allow it; OpenBLAS is used instead")
    }
    guard isRight() else {
      return Decision(
        unit: .portable,
        remark: "This machine's AMX doesn't compute what OpenBLAS does; OpenBLAS is used instead")
    }
    return Decision(unit: .amx)
  }

  /// Whether this machine can run it.
  package var isAvailable: Bool { self != .amx || ck_amx_is_available() != 0 }
}
