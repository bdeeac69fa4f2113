import Checkpoints
import Dispatch
import Foundation
import Synchronization

/// What happens on ⌃C and its relatives: nothing half-written stays.
enum Interruption {
  private static let isStopping = Mutex(())
  private static let queue = DispatchQueue(label: "interruption")
  nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

  /// What else to say when the program is stopped, such as how to continue.
  static var remark: String? {
    get { storedRemark.withLock { $0 } }
    set { storedRemark.withLock { $0 = newValue } }
  }

  private static let storedRemark = Mutex<String?>(nil)

  /// Watches for the signals by which programs are asked to end.
  static func watch() {
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) {
      // The default action would end the process before the source is asked.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { stop(number) }
      source.resume()
      sources.append(source)
    }
  }

  /// Doesn't return if the program is being stopped: errors that come of it aren't worth a word.
  static func letPass() { isStopping.withLock { _ in } }

  private static func stop(_ number: Int32) -> Never {
    isStopping.withLock { _ in
      WrittenFiles.abandon { written in
        Console.say(
          written.isEmpty
            ? "Stopped. \(remark ?? "Nothing was written.")"
            : "Stopped. Written before, and complete: \(written.joined(separator: ", ")).")
        // As a shell reports it.
        _exit(128 + number)
      }
    }
  }

  /// Whether whoever started the program wants it not to be stopped so, as `nohup` does.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    #if canImport(Darwin)
      let handler = action.__sigaction_u.__sa_handler
    #else
      let handler = action.__sigaction_handler.sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == 1  // SIG_IGN
  }
}
