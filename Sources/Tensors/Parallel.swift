import Dispatch
import Synchronization

/// Runs `body` for `0..<count` on all cores, or on so many threads at most, and returns when every
/// call has.
///
/// The calls must not touch each other's data. `BPW_THREADS` in the environment limits the threads
/// of all loops; results don't depend on it.
package func parallelFor(
  _ count: Int, atMost limit: Int = .max, _ body: @Sendable (Int) -> Void
) {
  let threads = min(count, limit, Threads.count)
  guard threads > 1 else {
    for index in 0..<count { body(index) }
    return
  }
  let next = Atomic(0)
  DispatchQueue.concurrentPerform(iterations: threads) { _ in
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      body(index)
    }
  }
}

/// The results of `body` for `0..<count`, computed on all cores, or on so many threads at most, in
/// order. The error of the lowest index that failed is thrown.
package func parallelMap<Result: Sendable>(
  _ count: Int, atMost limit: Int = .max, _ body: @Sendable (Int) throws -> Result
) throws -> [Result] {
  let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: count))
  parallelFor(count, atMost: limit) { index in
    let result = Swift.Result { try body(index) }
    results.withLock { $0[index] = result }
  }
  return try results.withLock { try $0.map { try $0!.get() } }
}
