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

  /// The squared Frobenius norm of some rows.
  package func squaredNorm(ofRows rows: Range<Int>) -> Double {
    elements.withUnsafeBufferPointer { values in
      guard let start = values.baseAddress else { return 0 }
      return ck_sum_of_squares(start + rows.lowerBound * columns, rows.count * columns)
    }
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

  /// Every run of `width` columns of every row divided by its root mean square, and multiplied with
  /// `weight`, (columns).
  package func rmsNormalized(weight: [Float], epsilon: Float, width: Int? = nil) -> Matrix {
    precondition(weight.count == columns)
    return weight.withUnsafeBufferPointer { w in
      normalized(width: width ?? columns) { target, source, start, width in
        ck_rms_norm(target, source, w.baseAddress! + start, epsilon, width)
      }
    }
  }

  /// Every run of `width` columns of every row brought to mean 0 and variance 1, multiplied with
  /// `weight` and added to `bias`, (columns) each.
  package func layerNormalized(
    weight: [Float], bias: [Float], epsilon: Float, width: Int? = nil
  ) -> Matrix {
    precondition(weight.count == columns && bias.count == columns)
    return weight.withUnsafeBufferPointer { w in
      bias.withUnsafeBufferPointer { b in
        normalized(width: width ?? columns) { target, source, start, width in
          ck_layer_norm(
            target, source, w.baseAddress! + start, b.baseAddress! + start, epsilon, width)
        }
      }
    }
  }

  private func normalized(
    width: Int, by kernel: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int, Int) -> Void
  ) -> Matrix {
    guard columns > 0 else { return self }
    precondition(columns % width == 0)
    return Matrix(rows: rows, columns: columns) { target in
      elements.withUnsafeBufferPointer { source in
        for row in 0..<rows {
          for start in stride(from: 0, to: columns, by: width) {
            let place = row * columns + start
            kernel(target.baseAddress! + place, source.baseAddress! + place, start, width)
          }
        }
      }
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

  /// Adds `vector`, (columns), to every row.
  package mutating func addToRows(_ vector: [Float]) {
    precondition(vector.count == columns)
    let (rows, columns) = (rows, columns)
    guard columns > 0 else { return }
    elements.withUnsafeMutableBufferPointer { target in
      for row in 0..<rows { ck_add_scaled(target.baseAddress! + row * columns, vector, 1, columns) }
    }
  }

  package static func += (left: inout Matrix, right: Matrix) { left.add(right, scale: 1) }

  package static func -= (left: inout Matrix, right: Matrix) { left.add(right, scale: -1) }

  private mutating func add(_ other: Matrix, scale: Float) {
    precondition(rows == other.rows && columns == other.columns)
    elements.withUnsafeMutableBufferPointer { target in
      ck_add_scaled(target.baseAddress, other.elements, scale, target.count)
    }
  }

  package func transposed() -> Matrix {
    let (height, width) = (rows, columns)
    return Matrix(rows: columns, columns: rows) { target in
      elements.withUnsafeBufferPointer {
        ck_transpose(target.baseAddress, height, $0.baseAddress, width, height, width)
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
