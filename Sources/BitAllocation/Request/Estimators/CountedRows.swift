/// The calibration rows that an estimate is made of.
struct CountedRows: Equatable, Sendable {
  /// Their indices, ascending.
  let rows: [Int]
  /// How often each counts, above zero.
  let weights: [Double]  // (rows)
  /// What is drawn as a whole when rows are drawn again, numbered from 0: rows of one document
  /// resemble each other, documents hardly.
  let units: [Int]  // (rows)
  let unitCount: Int
  /// Whether the units are documents; else every row is one.
  let areDocuments: Bool

  /// Below this many documents, rows are drawn instead: a few documents say next to nothing about
  /// how others would differ, and one nothing at all.
  static let leastDocuments = 5

  /// All rows with a weight above zero. `documents` says for each row where it begins.
  init(weights: [Double], documents: [Int]? = nil) {
    let counted = weights.indices.filter { weights[$0] > 0 }
    let own = documents.map { documents in counted.map { documents[$0] } } ?? Array(counted)
    let known = Set(own).sorted()
    rows = counted
    self.weights = counted.map { weights[$0] }
    if known.count >= Self.leastDocuments {
      let numbers = Dictionary(uniqueKeysWithValues: zip(known, 0...))
      units = own.map { numbers[$0, default: 0] }
      unitCount = known.count
      areDocuments = documents != nil
    } else {
      units = Array(counted.indices)
      unitCount = counted.count
      areDocuments = false
    }
  }

  /// The rows of a stratum, or all. `multiplicities` says how often each row of the measurement
  /// counts, if not once.
  init(_ calibration: Measurement.Calibration, stratum: Int? = nil, multiplicities: [Int]? = nil) {
    self.init(
      weights: calibration.rowStrata.enumerated().map { row, own in
        stratum ?? own == own ? Double(multiplicities?[row] ?? 1) : 0
      },
      documents: calibration.rowDocuments)
  }
}
