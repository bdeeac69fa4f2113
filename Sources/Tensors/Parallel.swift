import Dispatch
import Synchronization

/// Runs `body` for `0..<count` on all cores and returns when every call has.
///
/// The calls must not touch each other's data. `BPW_THREADS=1` in the environment runs them one
/// after the other; results don't depend on it.
package func parallelFor(_ count: Int, _ body: @Sendable (Int) -> Void) {
  if count == 1 || Threads.isSerial {
    for index in 0..<count { body(index) }
  } else {
    DispatchQueue.concurrentPerform(iterations: count, execute: body)
  }
}

/// The results of `body` for `0..<count`, computed on all cores, in order. The error of the lowest
/// index that failed is thrown.
package func parallelMap<Result: Sendable>(
  _ count: Int, _ body: @Sendable (Int) throws -> Result
) throws -> [Result] {
  let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: count))
  parallelFor(count) { index in
    let result = Swift.Result { try body(index) }
    results.withLock { $0[index] = result }
  }
  return try results.withLock { try $0.map { try $0!.get() } }
}
