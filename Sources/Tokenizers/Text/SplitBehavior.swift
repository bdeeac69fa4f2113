import ByteJSON

/// What becomes of the matches when text is split at a pattern.
enum SplitBehavior: String {
  /// A match is a piece of its own.
  case isolated = "Isolated"
  case removed = "Removed"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  /// Adjacent matches are one piece.
  case contiguous = "Contiguous"

  /// A stretch of text that matches the pattern, or that lies between two matches.
  typealias Stretch = (range: Range<Int>, isMatch: Bool)

  /// The pieces of a text that stretches cover without gaps.
  func pieces(of stretches: [Stretch]) -> [Range<Int>] {
    switch self {
    case .isolated: stretches.map(\.range)
    case .removed: stretches.filter { !$0.isMatch }.map(\.range)
    case .mergedWithPrevious:
      // The second of two adjacent matches is not merged, nor does it take the next along.
      join(stretches) { previous, stretch in stretch.isMatch && !previous.isMatch }
    case .mergedWithNext:
      join(stretches.reversed()) { next, stretch in stretch.isMatch && !next.isMatch }.reversed()
    case .contiguous:
      join(stretches) { previous, stretch in stretch.isMatch == previous.isMatch }
    }
  }

  /// Joins every stretch to the one visited before it if `condition` says so.
  private func join(
    _ stretches: [Stretch], if condition: (_ previous: Stretch, Stretch) -> Bool
  ) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var previous: Stretch?
    for stretch in stretches {
      if let previous, condition(previous, stretch), let last = pieces.popLast() {
        let (start, end) = (
          min(last.lowerBound, stretch.range.lowerBound),
          max(last.upperBound, stretch.range.upperBound)
        )
        pieces.append(start..<end)
      } else {
        pieces.append(stretch.range)
      }
      previous = stretch
    }
    return pieces
  }
}

extension Pieces {
  /// Appends a text, cut at the stretches that match.
  mutating func append(
    _ text: UTF8Text, cut behavior: SplitBehavior, at stretches: [SplitBehavior.Stretch]
  ) {
    let ranges = behavior.pieces(of: stretches)
    // What is left out at the start of the text leaves nothing that starts it.
    if isEmpty, ranges.first?.lowerBound != 0 { startsText = false }
    for range in ranges {
      append(text.slice(range))
      endPiece()
    }
  }

  /// Appends a text, cut where single characters match.
  mutating func append(
    _ text: UTF8Text, splitting behavior: SplitBehavior,
    where isMatch: (_ text: UTF8Text, _ index: Int) -> Bool
  ) {
    var stretches: [SplitBehavior.Stretch] = []
    var i = 0
    while i < text.count {
      let end = i + text.scalarLength(at: i)
      let matches = isMatch(text, i)
      if !matches, let last = stretches.last, !last.isMatch {
        stretches[stretches.count - 1].range = last.range.lowerBound..<end
      } else {
        stretches.append((i..<end, matches))
      }
      i = end
    }
    append(text, cut: behavior, at: stretches)
  }
}

extension Component {
  /// A required behavior, or `standard` where the key may be absent.
  func splitBehavior(
    _ name: String, default standard: SplitBehavior? = nil
  ) throws -> SplitBehavior {
    if let standard, members[name] == nil { return standard }
    return try required(name, "one of the five split behaviors") { value in
      value.text.flatMap(SplitBehavior.init)
    }
  }
}
