/// Combining marks in any number, as no language has them but a hostile text may.
enum CombiningMarks {
  /// Runs up to this long are left to the normalizer, which sorts by insertion.
  private static let shortRun = 32

  /// The text with long runs of combining marks in canonical order, which changes none of its
  /// normalization forms: these sort the marks behind a letter in the same way, but in a time that
  /// grows with the square of their number.
  static func sorted(_ text: String) -> String {
    guard text.utf8.count > shortRun else { return text }
    var result = ""
    var run: [(scalar: Unicode.Scalar, place: UInt8)] = []
    var isChanged = false
    func endRun() {
      if run.count > shortRun {
        isChanged = true
        let order = run.indices.sorted { (run[$0].place, $0) < (run[$1].place, $1) }
        run = order.map { run[$0] }
      }
      for mark in run { result.unicodeScalars.append(mark.scalar) }
      run.removeAll(keepingCapacity: true)
    }
    for scalar in text.unicodeScalars {
      let place = combiningClass(of: scalar)
      if place == 0 {
        if !run.isEmpty { endRun() }
        result.unicodeScalars.append(scalar)
      } else {
        run.append((scalar, place))
      }
    }
    endRun()
    return isChanged ? result : text
  }

  /// Most letters are told by their range.
  private static func combiningClass(of scalar: Unicode.Scalar) -> UInt8 {
    switch scalar.value {
    case 0..<0x300, 0x3400..<0xA000, 0xAC00..<0xD800: 0
    default: scalar.properties.canonicalCombiningClass.rawValue
    }
  }
}
