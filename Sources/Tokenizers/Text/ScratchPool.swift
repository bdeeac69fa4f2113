import Synchronization

/// What one thread needs for encoding.
protocol Scratch: Sendable {
  init()

  /// Returns the memory that an unusually long word has taken.
  mutating func releaseMemory()
}

/// Scratch memory that is not in use. It keeps its memory and its words for the next text, and
/// results do not depend on which is taken.
final class ScratchPool<Memory: Scratch>: Sendable {
  private let idle = Mutex<[Memory]>([])

  func withScratch(_ body: (inout Memory) throws -> Void) rethrows {
    var memory = idle.withLock { $0.popLast() } ?? Memory()
    try body(&memory)
    memory.releaseMemory()
    idle.withLock { [memory] in $0.append(memory) }
  }
}
