import CKernels

/// A factor of products on tiles: its numbers as sums of bfloat16 terms, in the order in which tiles
/// are loaded. Takes two bytes per number and term.
///
/// A number is rounded to bfloat16, and so is what that leaves: two terms are off by at most a
/// relative 2⁻¹⁷.
package final class PackedMatrix: @unchecked Sendable {
  package enum Side { case left, right }

  package let unit: MatrixUnit
  let side: Side
  /// Rows of a left factor, columns of a right one.
  let outer: Int
  /// Columns of a left factor, rows of a right one.
  let depth: Int
  package let terms: Int
  /// Written by the initializer only. Tiles are loaded line by line of a cache.
  let tiles: UnsafeMutablePointer<UInt16>

  /// Packs a matrix, or its transpose, as one of two factors. `spread` says whether to do it on all
  /// cores.
  package init(
    _ matrix: Matrix, transposed isTransposed: Bool = false, side: Side, terms: Int,
    for unit: MatrixUnit, spread: Bool = false
  ) {
    precondition(unit != .portable, "OpenBLAS packs for itself")
    let (rows, columns) =
      isTransposed ? (matrix.columns, matrix.rows) : (matrix.rows, matrix.columns)
    (self.unit, self.side, self.terms) = (unit, side, terms)
    (outer, depth) = side == .left ? (rows, columns) : (columns, rows)
    /// Whether the memory runs along the depth.
    let isContiguous = (side == .left) != isTransposed
    let panels = (outer + Self.panel - 1) / Self.panel
    let size = Self.elements(ofDepth: depth, terms: terms)
    tiles =
      UnsafeMutableRawPointer
      .allocate(byteCount: max(panels * size * 2, 1), alignment: 64)
      .bindMemory(to: UInt16.self, capacity: panels * size)
    nonisolated(unsafe) let target = tiles
    let (outer, depth) = (outer, depth)
    matrix.elements.withUnsafeBufferPointer { buffer in
      guard outer > 0, depth > 0 else { return }
      nonisolated(unsafe) let source = buffer.baseAddress!
      @Sendable func pack(_ index: Int) {
        let start = index * Self.panel
        ck_pack_panel(
          target + index * size, source + start * (isContiguous ? matrix.columns : 1),
          matrix.columns, min(Self.panel, outer - start), depth, isContiguous ? 1 : 0,
          side == .right ? 1 : 0, Int32(terms))
      }
      if spread { parallelFor(panels, pack) } else { for index in 0..<panels { pack(index) } }
    }
  }

  deinit { tiles.deallocate() }

  /// Rows or columns that are packed together.
  static let panel = Int(CK_PANEL)

  /// Elements of a packed panel.
  private static func elements(ofDepth depth: Int, terms: Int) -> Int {
    let step = Int(CK_TILE_DEPTH)
    return (depth + step - 1) / step * step * panel * terms
  }
}

extension PackedMatrix {
  /// Packs weights, (in, out), for many products with activations: into one term if every weight is
  /// exactly a bfloat16, as in most checkpoints, else into two.
  package convenience init(weights: Matrix, for unit: MatrixUnit) {
    let isExact = weights.elements.withUnsafeBufferPointer {
      ck_all_bf16($0.baseAddress, $0.count) != 0
    }
    self.init(weights, side: .right, terms: isExact ? 1 : 2, for: unit, spread: true)
  }

  /// `x` times this right factor, in the calling thread.
  package func product(reading x: Matrix) -> Matrix {
    precondition(side == .right && x.columns == depth, "inner dimensions of a product differ")
    guard x.rows > 0, outer > 0, depth > 0 else { return Matrix(rows: x.rows, columns: outer) }
    return product(with: PackedMatrix(x, side: .left, terms: 2, for: unit))
  }

  /// A left factor of two terms times this right factor. Two terms on both sides make three products:
  /// that of the smaller ones is as small as what the terms leave.
  package func product(with left: PackedMatrix) -> Matrix {
    precondition(left.side == .left && left.terms == 2 && left.depth == depth)
    return Matrix(rows: left.outer, columns: outer) { target in
      let multiply = unit == .amx ? ck_amx_product : ck_amx_emulated_product
      multiply(
        target.baseAddress, outer, left.outer, outer, left.tiles, tiles, depth, Int32(terms + 1))
    }
  }
}
