import Foundation
import Synchronization

/// Keeps in a file which input is being tried, so that it is known after a crash; and ends the
/// process when one input takes too long, which would otherwise look like a test that runs on.
package final class FuzzJournal: Sendable {
  private let file: URL
  private let descriptor: Int32
  private let name: String
  private let started = Mutex<(index: Int, at: ContinuousClock.Instant?)>((0, nil))

  /// Seconds that one input may take, as a clock on the wall has it.
  private static let limit = 60

  /// Begins a file that is named after the target and this process.
  package init(target: String, seed: UInt64) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "bpw-fuzz")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    name = "\(target):\(seed)"
    file = folder.appending(path: "\(target)-\(ProcessInfo.processInfo.processIdentifier)")
    descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    // A thread of its own, since what hangs may have taken all of a queue's.
    Thread.detachNewThread { [weak self] in
      while self?.check() != nil { sleep(1) }
    }
  }

  deinit { close(descriptor) }

  /// The file is left where the process ends before this.
  package func finish() {
    started.withLock { $0.at = nil }
    try? FileManager.default.removeItem(at: file)
  }

  func begin(_ index: Int) {
    started.withLock { $0 = (index, .now) }
    // Padded, so that the next line is never shorter.
    let digits = "\(index)"
    let line = "\(name):\(String(repeating: "0", count: max(12 - digits.count, 0)))\(digits)\n"
    _ = Array(line.utf8).withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  private func check() {
    let (index, at) = started.withLock { $0 }
    guard let at, at.duration(to: .now) > .seconds(Self.limit) else { return }
    fatalError("\(name):\(index) takes more than \(Self.limit) seconds")
  }
}
