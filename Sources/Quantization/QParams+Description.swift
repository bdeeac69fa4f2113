extension QParams: CustomStringConvertible {
  /// EXL2's description string: `share:bits`**b_**`groupSize`**g**, joined by "/", then " s4".
  package var description: String {
    parts.map(\.description).joined(separator: "/") + " s\(Self.scaleBits)"
  }

  /// Reads a description string. Throws `QuantizationError.unreadableLayout` for anything else, and
  /// what `init(parts:)` throws.
  package init(parsing text: String) throws {
    let ending = " s\(Self.scaleBits)"
    guard text.hasSuffix(ending) else { throw QuantizationError.unreadableLayout(text) }
    let parts = try text.dropLast(ending.count)
      .split(separator: "/", omittingEmptySubsequences: false)
      .map { part in
        guard let part = Part(parsing: part) else { throw QuantizationError.unreadableLayout(text) }
        return part
      }
    try self.init(parts: parts)
  }
}

extension QParams.Part: CustomStringConvertible {
  /// One part of the string, such as "0.1:4b_128g".
  package var description: String {
    "\(share == 1 ? "1" : "\(share)"):\(bits)b_\(groupSize)g"
  }

  fileprivate init?(parsing text: Substring) {
    guard let match = text.wholeMatch(of: /([0-9.e-]+):([0-9]+)b_([0-9]+)g/),
      let share = Double(match.1), let bits = Int(match.2), let groupSize = Int(match.3)
    else { return nil }
    self.init(share: share, bits: bits, groupSize: groupSize)
  }
}
