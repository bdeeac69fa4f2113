import Foundation
import Jobs
import Synchronization

/// The one place that prints. Results go to standard output, everything else to standard error.
final class Console {
  private let isQuiet: Bool
  private var progress: Progress?

  init(quiet: Bool) { isQuiet = quiet }

  /// A line of the result.
  func result(_ line: String) {
    Self.closeLine()
    Self.write(line + "\n", to: STDOUT_FILENO)
  }

  /// A line about what is being done, such as "Model        LlamaForCausalLM, 5 blocks".
  func fact(_ name: String, _ value: String) { note(name.paddedLabel + " " + value) }

  func note(_ line: String) {
    if !isQuiet { Self.say(line) }
  }

  /// Something unexpected that is no reason to stop. It is said even where little is.
  func warn(_ text: String) { Self.say("Warning: " + text) }

  /// Says what may take some seconds. On a terminal only, and until the next line.
  func doing(_ what: String) {
    if !isQuiet, Self.isTerminal { Self.rewriteLine(what + " …", staysAsLine: false) }
  }

  /// Shows a job's events: on a terminal one line that rewrites itself, else a line per unit.
  func observe(_ event: JobEvent) {
    switch event {
    case .began(let job, let units, let done):
      if done > 0 { fact("Continuing", "\(done) of \(units) were done before") }
      progress = Progress(job: job, units: units, done: done)
      note(done: done)
      if Self.isTerminal { show() }
    case .advanced(let unit, let fraction):
      progress?.advance(unit: unit, to: fraction)
      if Self.isTerminal { show() }
    case .warned(let text):
      warn(text)
    case .finishedUnit(let unit, let detail):
      progress?.finish(unit: unit, note: detail)
      note(done: progress?.done ?? 0)
      show()
      if progress?.isFinished == true { Self.closeLine() }
    }
  }

  /// For when the program is stopped.
  private func note(done: Int) {
    guard Interruption.place != nil, let progress, done > 0 else { return }
    Interruption.place = "after \(progress.finished)"
  }

  private func show() {
    guard !isQuiet, let progress else { return }
    if Self.isTerminal {
      Self.rewriteLine(progress.line, staysAsLine: true)
    } else {
      Self.say(progress.line)
    }
  }
}

extension Console {
  /// The line of a terminal that the cursor stands in.
  private enum OpenLine { case none, stays, vanishes }

  private static let openLine = Mutex(OpenLine.none)
  private static let isTerminal = isatty(STDERR_FILENO) == 1

  /// A line on standard error.
  static func say(_ line: String) {
    closeLine()
    write(line + "\n", to: STDERR_FILENO)
  }

  /// Makes what is printed next begin a line.
  static func closeLine() {
    openLine.withLock { line in
      switch line {
      case .none: break
      case .stays: write("\n", to: STDERR_FILENO)
      case .vanishes: write("\r\u{1b}[K", to: STDERR_FILENO)
      }
      line = .none
    }
  }

  /// Puts a text, or what fits of it, in the place of the open line.
  private static func rewriteLine(_ text: String, staysAsLine: Bool) {
    openLine.withLock { line in
      write("\r\u{1b}[K\(text.prefix(width - 1))", to: STDERR_FILENO)
      line = staysAsLine ? .stays : .vanishes
    }
  }

  /// The terminal's columns.
  private static var width: Int {
    var size = winsize()
    let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1
    return known ? Int(size.ws_col) : 80
  }

  /// A reader that has gone away, as in `| head`, is no error; a full disk is.
  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        if descriptor == STDOUT_FILENO, errno != EPIPE, errno != EBADF {
          say("Error: The result can't be printed: \(String(cString: strerror(errno))).")
          exit(1)
        }
        return
      }
      rest = rest.dropFirst(count)
    }
  }
}

extension String {
  /// As the first column of facts and progress.
  var paddedLabel: String {
    padding(toLength: max(12, count), withPad: " ", startingAt: 0)
  }
}
