import Foundation

/// A reader of outside bytes, and files to begin damaging with.
package struct FuzzTarget: Sendable {
  /// As reports and environment variables name it.
  package let name: String
  /// What makes the inputs.
  package let mutator: Mutator
  /// Of these a message must have at least one: the file's name, in general. None where what is
  /// read is no file.
  package let places: [String]
  /// One of so many inputs is tried, because reading takes longer than elsewhere.
  package let thinning: Int
  /// Reads an input, and returns what does something with it.
  package let read: @Sendable (Data) throws -> Use

  /// Uses what was read. Its errors need not name the file.
  package typealias Use = () throws -> Void

  package init(
    _ name: String, _ format: Mutator.Format, seeds: [Data], places: [String], thinning: Int = 1,
    read: @escaping @Sendable (Data) throws -> Use
  ) {
    self.name = name
    mutator = Mutator(format, seeds: seeds)
    self.places = places
    self.thinning = thinning
    self.read = read
  }

  /// What is wrong with an error that a user would be shown; nil when it is as it should be.
  package func complaint(about error: any Error, whenUsed isUsed: Bool) -> String? {
    let type = String(reflecting: Swift.type(of: error))
    guard let ours = error as? any LocalizedError, !type.hasPrefix("Foundation") else {
      return "\(type) is none of our errors: \(error)"
    }
    guard let message = ours.errorDescription, !message.isEmpty else {
      return "\(type) has no message: \(error)"
    }
    guard isUsed || places.isEmpty || places.contains(where: message.contains) else {
      return "the message of \(type) names none of \(places): \(message)"
    }
    guard message.utf8.count <= 20_000 else {
      return "the message of \(type) has \(message.utf8.count) bytes: \(message.prefix(200))"
    }
    return nil
  }
}

/// What came of trying many inputs.
package struct FuzzReport: Sendable {
  package var tried = 0
  /// Inputs that were read without an error.
  package var accepted = 0
  /// Processor time of the reading thread, and the index of the input.
  package var slowest = (seconds: 0.0, index: 0)
  /// What was wrong with errors, and the index of the input.
  package var complaints: [(index: Int, text: String)] = []
}

extension FuzzTarget {
  /// Tries some inputs, each of which `journal` is told of before.
  package func run(seed: UInt64, indices: Range<Int>, journal: FuzzJournal) -> FuzzReport {
    var report = FuzzReport()
    for index in indices {
      let input = mutator.input(seed: seed, index: index)
      journal.begin(index)
      let start = threadSeconds()
      if let text = complaint(reading: input, &report) { report.complaints.append((index, text)) }
      let seconds = threadSeconds() - start
      if seconds > report.slowest.seconds { report.slowest = (seconds, index) }
      report.tried += 1
    }
    return report
  }
}

extension FuzzTarget {
  private func complaint(reading input: Data, _ report: inout FuzzReport) -> String? {
    let use: Use
    do {
      use = try read(input)
    } catch {
      return complaint(about: error, whenUsed: false)
    }
    report.accepted += 1
    do {
      try use()
      return nil
    } catch {
      return complaint(about: error, whenUsed: true)
    }
  }
}

/// Processor time of this thread, which waiting and other threads' work don't count in.
private func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}
