import ArgumentParser
import Tensors

/// What a command that runs a model computes with.
struct ComputingOptions: ParsableArguments {
  @Flag(
    help: """
      Compute with OpenBLAS alone, without AMX where the processor has it; BPW_PORTABLE=1 in the \
      environment says the same.
      """)
  var portable = false

  /// Decides it for the process, and says what a user should know. Comes before anything computes.
  func apply(saying console: Console) {
    if portable { MatrixUnit.choose(.portable) }
    if let remark = MatrixUnit.remark { console.warn(remark + ".") }
    if MatrixUnit.current == .amx { console.fact("Products", "on AMX; --portable does without") }
  }
}
