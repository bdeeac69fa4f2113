import CKernels
import Tensors

extension OpenGroup {
  /// What rounding every column with each candidate scale costs if the rows' errors stay where they
  /// arise, (candidates, out).
  ///
  /// `scales` is (candidates, out), at least four candidates.
  func errors(scales: Matrix) -> Matrix {
    precondition(scales.rows >= 4 && scales.columns == weights.columns)
    let range = grid.codeRange
    return Matrix(rows: scales.rows, columns: scales.columns) { errors in
      weights.elements.withUnsafeBufferPointer { x in
        scales.elements.withUnsafeBufferPointer { scales in
          ck_grid_errors(
            errors.baseAddress, x.baseAddress, weights.columns, importance, weights.rows,
            scales.baseAddress, errors.count / weights.columns, range.lowerBound, range.upperBound,
            weights.columns)
        }
      }
    }
  }

  /// What rounding every column with each candidate scale costs if errors are carried on within
  /// the group, as GPTQ does, (candidates, out).
  ///
  /// `scales` is (candidates, out), the candidates a multiple of three. Groups of more than 128
  /// rows are taken in pieces, and nothing is carried from one to the next.
  func carriedErrors(scales: Matrix) -> Matrix {
    precondition(scales.rows % 3 == 0 && scales.columns == weights.columns)
    var errors = Matrix(rows: scales.rows, columns: scales.columns)
    let piece = Int(CK_EXL2_CARRIED_ROWS)
    errors.elements.withUnsafeMutableBufferPointer { errors in
      weights.elements.withUnsafeBufferPointer { x in
        importance.withUnsafeBufferPointer { h in
          carry.elements.withUnsafeBufferPointer { carry in
            for start in stride(from: 0, to: weights.rows, by: piece) {
              ck_exl2_carried_errors(
                errors.baseAddress, x.baseAddress! + start * weights.columns, weights.columns,
                h.baseAddress! + start, carry.baseAddress! + start * (weights.rows + 1),
                weights.rows, min(piece, weights.rows - start), scales.elements, scales.rows,
                Float(grid.zero), weights.columns)
            }
          }
        }
      }
    }
    return errors
  }
}
