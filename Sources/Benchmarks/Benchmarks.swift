import Foundation

/// Times what must stay fast. Not a test: run it by hand, on a quiet machine.
@main
enum Benchmarks {
  static func main() {
    AllocationBenchmark.run()
  }
}

/// The time that this thread works on something, other programs' left out.
func milliseconds(_ body: () -> Void) -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }
  let start = now()
  body()
  return now() - start
}
