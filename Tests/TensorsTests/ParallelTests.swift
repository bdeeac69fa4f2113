import Synchronization
import Tensors
import Testing

@Suite("The parallel loop")
struct ParallelTests {
  private struct Failure: Error, Equatable { let index: Int }

  @Test("calls each index once", arguments: [0, 1, 2, 17, 1000])
  func callsEachIndexOnce(count: Int) {
    let calls = Mutex([Int](repeating: 0, count: count))
    parallelFor(count) { index in calls.withLock { $0[index] += 1 } }
    #expect(calls.withLock { $0 } == [Int](repeating: 1, count: count))
  }

  @Test("gives results in order", arguments: [0, 1, 2, 17, 1000])
  func givesResultsInOrder(count: Int) throws {
    #expect(try parallelMap(count) { $0 * $0 } == (0..<count).map { $0 * $0 })
  }

  @Test("throws the error of the lowest index", arguments: [1, 3, 100])
  func throwsTheFirstError(step: Int) {
    #expect(throws: Failure(index: 100)) {
      try parallelMap(301) { index in
        if index >= 100, (index - 100) % step == 0 { throw Failure(index: index) }
        return index
      }
    }
  }
}
