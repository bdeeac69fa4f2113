import Models
import Tensors

/// What the pathways of a sublayer have put out so far, for every row: the sums of its branches, held
/// where the states are.
struct RowSums: Sendable {
  private enum Storage: Sendable {
    case memory([BranchSums])
    case files([StateFile])  // per branch
  }

  private let sublayer: Sublayer
  private let tokenCounts: [Int]
  private let width: Int
  private var storage: Storage

  /// Nothing so far.
  init(of sublayer: Sublayer, like states: HiddenStates) throws {
    self.sublayer = sublayer
    tokenCounts = states.tokenCounts
    width = states.width
    switch states.place {
    case .memory:
      storage = .memory(
        states.tokenCounts.map { BranchSums(of: sublayer, rows: $0, columns: states.width) })
    case .folder(let url):
      storage = .files(
        try sublayer.branches.map { _ in
          StateFile(
            try StatePlace.newFile(in: url), tokenCounts: states.tokenCounts, width: states.width)
        })
    }
  }

  /// Adds what a pathway's writer put out for the selected tokens of a row.
  mutating func add(
    _ written: Matrix, of place: PathwayIndex, row: Int, for selection: Selection
  ) throws {
    switch storage {
    case .memory(var rows):
      storage = .memory([])  // so that nothing is copied
      rows[row].add(written, of: place, for: selection)
      storage = .memory(rows)
    case .files(let files):
      var sums = BranchSums(of: sublayer, rows: tokenCounts[row], columns: width)
      let file = files[place.branch]
      if file.has(row) { sums[place.branch] = try file.matrix(row) }
      sums.add(written, of: place, for: selection)
      try file.write(sums[place.branch], row: row)
    }
  }

  /// The sums of some rows, which are let go: this is for the end.
  mutating func take(_ rows: Range<Int>) throws -> [BranchSums] {
    func empty(_ row: Int) -> BranchSums {
      BranchSums(of: sublayer, rows: tokenCounts[row], columns: width)
    }
    switch storage {
    case .memory(var all):
      storage = .memory([])
      let taken = Array(all[rows])
      for row in rows { all[row] = empty(row) }
      storage = .memory(all)
      return taken
    case .files(let files):
      return try rows.map { row in
        var sums = empty(row)
        for (branch, file) in files.enumerated() where file.has(row) {
          sums[branch] = try file.matrix(row)
        }
        return sums
      }
    }
  }
}
