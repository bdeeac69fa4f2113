import CKernels

extension Matrix {
  /// Whether no element is infinite or not a number.
  package var isFinite: Bool {
    elements.withUnsafeBufferPointer { ck_all_finite($0.baseAddress, $0.count) != 0 }
  }

  /// The squared Frobenius norm.
  package var squaredNorm: Double {
    elements.withUnsafeBufferPointer { ck_sum_of_squares($0.baseAddress, $0.count) }
  }

  /// The squared Frobenius norm after subtracting from every row its mean.
  package var centeredSquaredNorm: Double {
    let width = columns
    return elements.withUnsafeBufferPointer { values in
      (0..<rows).reduce(0) { norm, row in
        let start = values.baseAddress! + row * width
        let sum = ck_sum(start, width)
        return norm + max(0, ck_sum_of_squares(start, width) - sum * sum / Double(width))
      }
    }
  }

  /// The largest magnitude in each column, (columns).
  package var columnMaxima: [Float] {
    [Float](unsafeUninitializedCapacity: columns) { maxima, count in
      elements.withUnsafeBufferPointer {
        if columns > 0 {
          ck_column_maxima(maxima.baseAddress, $0.baseAddress, columns, rows, columns)
        }
      }
      count = columns
    }
  }

  /// Every row divided by its root mean square and multiplied with `weight`, (columns).
  package func rmsNormalized(weight: [Float], epsilon: Float) -> Matrix {
    precondition(weight.count == columns)
    return Matrix(rows: rows, columns: columns) { target in
      elements.withUnsafeBufferPointer { source in
        for row in 0..<rows {
          ck_rms_norm(
            target.baseAddress! + row * columns, source.baseAddress! + row * columns, weight,
            epsilon, columns)
        }
      }
    }
  }

  /// Replaces each element `x` with `silu(x) · y`.
  package mutating func siluTimes(_ y: Matrix) {
    precondition(rows == y.rows && columns == y.columns)
    elements.withUnsafeMutableBufferPointer { x in
      y.elements.withUnsafeBufferPointer { ck_silu_times(x.baseAddress, $0.baseAddress, x.count) }
    }
  }

  /// Replaces, in each of the first rows, the elements of `range(row)` by their softmax, and the
  /// others by zero.
  package mutating func softmaxRows(_ rows: Int, range: (Int) -> Range<Int>) {
    let width = columns
    elements.withUnsafeMutableBufferPointer { buffer in
      for row in 0..<rows {
        let start = buffer.baseAddress! + row * width
        let kept = range(row)
        ck_softmax(start + kept.lowerBound, kept.count)
        start.update(repeating: 0, count: kept.lowerBound)
        (start + kept.upperBound).update(repeating: 0, count: width - kept.upperBound)
      }
    }
  }

  /// Rotates pairs of columns (`first` + i, `first` + i + half) of every row by an angle given by
  /// its cosine and sine, (rows, half).
  package mutating func rotatePairs(from first: Int, cosines: Matrix, sines: Matrix) {
    let half = cosines.columns
    precondition(first + 2 * half <= columns && cosines.rows >= rows && sines.columns == half)
    let (rows, width) = (rows, columns)
    elements.withUnsafeMutableBufferPointer { x in
      cosines.elements.withUnsafeBufferPointer { c in
        sines.elements.withUnsafeBufferPointer { s in
          for row in 0..<rows {
            ck_rotate_pairs(
              x.baseAddress! + row * width + first, c.baseAddress! + row * half,
              s.baseAddress! + row * half, half)
          }
        }
      }
    }
  }

  /// Adds `vector`, (columns), to every row.
  package mutating func addToRows(_ vector: [Float]) {
    precondition(vector.count == columns)
    let (rows, columns) = (rows, columns)
    elements.withUnsafeMutableBufferPointer { target in
      vector.withUnsafeBufferPointer { source in
        for row in 0..<rows {
          for column in 0..<columns { target[row * columns + column] += source[column] }
        }
      }
    }
  }
}

/// Log-probabilities from logits, without storing them.
package enum LogSoftmax {
  /// `log Σ exp(x)`.
  package static func logSumExp(_ logits: ArraySlice<Float>) -> Double {
    logits.withUnsafeBufferPointer { ck_log_sum_exp($0.baseAddress, $0.count) }
  }

  /// The KL divergence, in nats, from the distribution of logits `q` to that of `p`, given the
  /// log-sum-exp of each.
  package static func divergence(
    of p: ArraySlice<Float>, logSumExp lp: Double, from q: ArraySlice<Float>, logSumExp lq: Double
  ) -> Double {
    precondition(p.count == q.count)
    return p.withUnsafeBufferPointer { p in
      q.withUnsafeBufferPointer { q in
        ck_kl_divergence(p.baseAddress, lp, q.baseAddress, lq, p.count)
      }
    }
  }
}
