import Foundation

/// The time that this thread works on something, other programs' left out.
func milliseconds(_ body: () throws -> Void) rethrows -> Double {
  try time(CLOCK_THREAD_CPUTIME_ID, body)
}

/// The time that passes while something runs.
func wallMilliseconds(_ body: () throws -> Void) rethrows -> Double {
  try time(CLOCK_MONOTONIC, body)
}

private func time(_ clock: clockid_t, _ body: () throws -> Void) rethrows -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }
  let start = now()
  try body()
  return now() - start
}

/// The median time of several runs, after one that doesn't count.
func medianMilliseconds(runs: Int = 7, _ body: () throws -> Void) rethrows -> Double {
  try body()
  return median(try (0..<runs).map { _ in try milliseconds(body) })
}

/// The value in the middle.
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

extension String {
  /// The text with spaces added up to this width.
  func padded(_ width: Int) -> String { padding(toLength: width, withPad: " ", startingAt: 0) }
}
