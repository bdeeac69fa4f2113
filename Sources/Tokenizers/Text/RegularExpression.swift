import Foundation

/// A regular expression that no scanner stands for, run by Foundation's engine.
///
/// Files are written for the Ruby dialect of Oniguruma, which `tokenizers` uses; see
/// `OnigurumaSyntax` for how it is translated.
struct RegularExpression: Sendable {
  private let expression: NSRegularExpression
  private let pattern: String

  /// Throws when the engine refuses the pattern; `key` is where it stands in the file.
  init(_ pattern: String, file: String, key: String) throws {
    self.pattern = pattern
    do {
      // In Ruby, `^` and `$` stand for lines, and only a line feed ends one.
      expression = try NSRegularExpression(
        pattern: OnigurumaSyntax.translate(pattern),
        options: [.anchorsMatchLines, .useUnixLineSeparators])
    } catch {
      throw TokenizerError.invalidPattern(file: file, key: key, pattern: pattern)
    }
  }

  /// How often the engine may report progress without a match, beside a few times per letter, before a
  /// pattern is given up: some, such as `(a+)+$`, take twice as long with every letter.
  private static let patience = 10_000

  /// The matches from left to right, as ranges of bytes.
  func matches(in text: UTF8Text) throws -> [Range<Int>] {
    let string = String(decoding: text, as: UTF8.self)
    var matches: [NSRange] = []
    var failed = false
    /// Reports of progress since the last match.
    var reports = 0
    let limit = Self.patience + 4 * string.utf16.count
    expression.enumerateMatches(
      in: string, options: [.reportCompletion, .reportProgress],
      range: NSRange(location: 0, length: string.utf16.count)
    ) { result, flags, stop in
      if flags.contains(.internalError) { failed = true }
      guard let range = result?.range else {
        reports += 1
        if reports > limit {
          failed = true
          stop.pointee = true
        }
        return
      }
      reports = 0
      // An empty match where another one ended doesn't count.
      if range.length == 0, let last = matches.last, last.location + last.length == range.location {
        return
      }
      matches.append(range)
    }
    guard !failed else { throw TokenizerError.patternFailed(pattern: pattern, bytes: text.count) }
    return bytes(of: matches, in: text)
  }

  /// Counts UTF-16 units along with bytes, once through the text.
  private func bytes(of matches: [NSRange], in text: UTF8Text) -> [Range<Int>] {
    var (byte, unit) = (0, 0)
    func advance(to target: Int) -> Int {
      while unit < target {
        let length = text.scalarLength(at: byte)
        unit += length == 4 ? 2 : 1
        byte += length
      }
      return byte
    }
    return matches.map { match in
      let start = advance(to: match.location)
      return start..<advance(to: match.location + match.length)
    }
  }
}
