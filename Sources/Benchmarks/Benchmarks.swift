import Foundation

/// Times what must stay fast. Not a test: run it by hand, on a quiet machine.
///
///     swift run -c release Benchmarks [name…]
///
/// Times are those of one thread, other programs' left out, and BLAS uses one thread always.
@main
enum Benchmarks {
  /// In the order in which they run.
  private static let all: [(name: String, run: @Sendable () throws -> Void)] = [
    ("allocation", AllocationBenchmark.run),
    ("kernels", KernelBenchmark.run),
    ("products", ProductBenchmark.run),
    ("gptq", GPTQBenchmark.run),
    ("options", OptionsBenchmark.run),
    ("threads", ThreadsBenchmark.run),
  ]

  static func main() throws {
    let names = CommandLine.arguments.dropFirst()
    if names.first == ThreadsBenchmark.workerName { return try ThreadsBenchmark.work() }
    for name in names where !all.contains(where: { $0.name == name }) {
      let known = all.map(\.name).joined(separator: ", ")
      print("There is no benchmark \"\(name)\". There are: \(known).")
      exit(2)
    }
    // What is timed here is one thread's work; `ThreadsBenchmark` starts processes of its own.
    setenv("BPW_THREADS", "1", 1)
    Peak.describeMachine()
    for (name, run) in all where names.isEmpty || names.contains(name) {
      print("\n# \(name)\n")
      try run()
    }
  }
}
