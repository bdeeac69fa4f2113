import Tensors

/// What GPTQ needs of a Hessian: the order of the inputs and the factor that carries errors on.
///
/// With `P` the permutation and `H' = Pᵀ H P / unit + damping · I`, the factor `U` is upper
/// triangular and `Uᵀ U = H'⁻¹`. One factor serves all layers and options of a stage.
package struct HessianFactor: Sendable {
  /// Inputs by falling importance: packed row `i` is input feature `permutation[i]`.
  package let permutation: [Int]
  /// `U`, (in, in), in packed order.
  package let upper: Matrix
  /// What the Hessian was divided by, its mean diagonal, so that nothing depends on how many tokens
  /// it sums or how large they are.
  package let unit: Double
  /// What was added to the diagonal, in multiples of `unit`.
  package let damping: Double

  /// Input features of the stage.
  package var inputs: Int { permutation.count }

  /// What was added to the diagonal, in the units of the Hessian.
  package var absoluteDamping: Double { damping * unit }

  /// The factor of the identity, undamped, with inputs in their own order: GPTQ then rounds to
  /// nearest.
  package static func identity(inputs: Int) -> HessianFactor {
    var upper = Matrix(rows: inputs, columns: inputs)
    for i in 0..<inputs { upper[i, i] = 1 }
    return HessianFactor(permutation: Array(0..<inputs), upper: upper, unit: 1, damping: 0)
  }
}

extension Hessian {
  /// Damping below this, in multiples of the mean diagonal, disappears in the rounding of a `Float`.
  private static let leastDamping = 1e-6

  /// More damping is tried this often, four times as much each time: enough to get from the least
  /// damping to the mean diagonal itself.
  private static let retries = 10

  /// Sorts inputs by their diagonal element, largest first, equal ones by index, and factors. Where
  /// `keepsOrder` is true, they stay as they are.
  ///
  /// `damping` is a multiple of the mean diagonal, by default `suggestedDamping`. Inputs that were
  /// always zero come last and keep nothing but the damping; a Hessian of zeros acts as an identity.
  /// Throws if the Hessian is not finite, or not positive definite whatever is added.
  package func factor(damping: Double? = nil, keepsOrder: Bool = false) throws -> HessianFactor {
    let damping = damping ?? suggestedDamping
    precondition(damping >= 0)
    guard matrix.isFinite else { throw QuantizationError.hessianNotFinite(tokens: tokens) }
    let diagonal = self.diagonal
    let order =
      keepsOrder
      ? Array(diagonal.indices)
      : diagonal.indices.sorted { (-diagonal[$0], $0) < (-diagonal[$1], $1) }
    let mean = diagonal.reduce(0) { $0 + Double($1) } / Double(max(inputs, 1))
    let unit = mean > 0 ? mean : 1
    let normalized = permuted(order, scale: 1 / unit)

    var added = max(damping, Self.leastDamping)
    for retry in 0...Self.retries {
      if retry > 0 { added *= 4 }
      var damped = normalized
      for i in 0..<inputs { damped[i, i] += Float(added) }
      if let upper = damped.inverseCholesky() {
        return HessianFactor(permutation: order, upper: upper, unit: unit, damping: added)
      }
    }
    throw QuantizationError.hessianNotFactored(inputs: inputs, damping: added)
  }

  /// The matrix with rows and columns in this order, every element multiplied with `scale`.
  private func permuted(_ order: [Int], scale: Double) -> Matrix {
    Matrix(rows: inputs, columns: inputs) { target in
      matrix.elements.withUnsafeBufferPointer { source in
        order.withUnsafeBufferPointer { order in
          for i in order.indices {
            let (start, row) = (i * order.count, order[i] * order.count)
            for j in order.indices {
              target[start + j] = Float(Double(source[row + order[j]]) * scale)
            }
          }
        }
      }
    }
  }
}
