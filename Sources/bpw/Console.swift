import Foundation
import Jobs

/// The one place that prints. Results go to standard output, everything else to standard error.
final class Console {
  private let isQuiet: Bool
  private let isTerminal = isatty(FileHandle.standardError.fileDescriptor) == 1
  private var progress: Progress?
  private var hasOpenLine = false

  init(quiet: Bool) { isQuiet = quiet }

  /// A line of the result.
  func result(_ line: String) {
    closeLine()
    Self.write(line + "\n", to: .standardOutput)
  }

  /// A line about what is being done, such as "Model        LlamaForCausalLM, 5 blocks".
  func fact(_ name: String, _ value: String) {
    note(name.padding(toLength: max(12, name.count), withPad: " ", startingAt: 0) + " " + value)
  }

  func note(_ line: String) {
    guard !isQuiet else { return }
    closeLine()
    Self.write(line + "\n", to: .standardError)
  }

  func warn(_ line: String) {
    closeLine()
    let label = isTerminal && !Self.isColorless ? "\u{1b}[33mWarning\u{1b}[0m" : "Warning"
    Self.write("\(label): \(line)\n", to: .standardError)
  }

  /// Shows a job's events: on a terminal one line that rewrites itself, else a line per unit.
  func observe(_ event: JobEvent) {
    switch event {
    case .began(let job, let units, let done):
      progress = Progress(job: job, units: units, done: done)
    case .advanced(let unit, let fraction):
      progress?.advance(unit: unit, to: fraction)
      if isTerminal { show() }
    case .finishedUnit(let unit, let detail):
      progress?.finish(unit: unit, note: detail)
      show()
      if progress?.isFinished == true { closeLine() }
    case .noted(let line):
      note(line)
    case .warned(let line):
      warn(line)
    }
  }

  private func show() {
    guard !isQuiet, let progress else { return }
    if isTerminal {
      Self.write("\r\u{1b}[K\(progress.line)", to: .standardError)
      hasOpenLine = true
    } else {
      Self.write(progress.line + "\n", to: .standardError)
    }
  }

  private func closeLine() {
    guard hasOpenLine else { return }
    Self.write("\n", to: .standardError)
    hasOpenLine = false
  }

  private static let isColorless = ProcessInfo.processInfo.environment["NO_COLOR"] != nil

  /// A reader that has gone away, as in `| head`, is no error.
  private static func write(_ text: String, to handle: FileHandle) {
    try? handle.write(contentsOf: Data(text.utf8))
  }
}
