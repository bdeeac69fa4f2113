import ArgumentParser
import Jobs

/// What a job may take of the machine.
struct WorkingOptions: ParsableArguments {
  @Option(
    name: [.customLong("memory"), .customLong("working-memory")],
    help: ArgumentHelp(
      """
      The most memory to use, such as 8GiB: what doesn't fit goes to files beside the output. \
      Results don't depend on it. (default: half of the machine's)
      """, valueName: "bytes"))
  var memory: ByteSize?

  /// In bytes.
  var limit: Int { memory?.bytes ?? MemoryPlan.machine / 2 }
}

/// The same where `--memory` is a size to allocate for.
struct WorkingMemoryOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The most memory to use for measuring and converting: what doesn't fit goes to files beside \
      the output. (default: half of the machine's)
      """, valueName: "bytes"))
  var workingMemory: ByteSize?

  /// In bytes.
  var limit: Int { workingMemory?.bytes ?? MemoryPlan.machine / 2 }
}
