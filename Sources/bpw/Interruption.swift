import Checkpoints
import Dispatch
import Foundation
import Synchronization

/// What happens on ⌃C and its relatives: nothing half-written stays.
enum Interruption {
  private static let isStopping = Mutex(())
  private static let queue = DispatchQueue(label: "interruption")
  nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

  /// How far a job is that the same command continues; nil where there is none.
  static var place: String? {
    get { storedPlace.withLock { $0 } }
    set { storedPlace.withLock { $0 = newValue } }
  }

  private static let storedPlace = Mutex<String?>(nil)

  /// Runs what the same command continues if it is stopped.
  static func continuable<Result>(_ body: () throws -> Result) rethrows -> Result {
    place = "at the beginning"
    defer { place = nil }
    return try body()
  }

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
        Console.say(sentence(written: written))
        // As a shell reports it.
        _exit(128 + number)
      }
    }
  }

  private static func sentence(written: [String]) -> String {
    let complete = "Written before, and complete: \(written.joined(separator: ", "))."
    guard let place else {
      return "Stopped. " + (written.isEmpty ? "Nothing was written." : complete)
    }
    return "Stopped \(place). Run the same command to continue."
      + (written.isEmpty ? "" : " " + complete)
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
