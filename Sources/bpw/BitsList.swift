import ArgumentParser

/// Sizes as the command line lists them: "2.5,3,4" or "2.5:6:0.1".
struct BitsList: ExpressibleByArgument {
  let values: [Double]

  init(_ values: [Double]) { self.values = values }

  init?(argument: String) {
    let range = argument.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    if range.count == 3, let from = range[0], let to = range[1], let step = range[2] {
      guard step > 0, from > 0, from <= to, to <= 32, (to - from) / step < 1e6 else { return nil }
      // Decimal steps have no exact binary form.
      values = (0...Int(((to - from) / step + 1e-9).rounded(.down))).map {
        ((from + Double($0) * step) * 1e9).rounded() / 1e9
      }
      return
    }
    let list = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard !list.isEmpty, list.allSatisfy({ $0.map { $0 > 0 && $0 <= 32 } ?? false }) else {
      return nil
    }
    values = list.compactMap(\.self)
  }

  var defaultValueDescription: String { values.map { "\($0)" }.joined(separator: ",") }
}
