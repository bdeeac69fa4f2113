import Foundation

/// How many threads our own loops may use.
enum Threads {
  static let isSerial = ProcessInfo.processInfo.environment["BPW_THREADS"] == "1"
}
