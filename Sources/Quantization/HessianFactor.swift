import Tensors

/// What GPTQ needs of a Hessian: the order of the inputs and the factor that carries errors on.
///
/// With `P` the permutation and `H' = Pᵀ H P / unit + damping · I`, the factor `U` is upper
/// triangular and `Uᵀ U = H'⁻¹`. One factor serves all layers and options of a stage.
package struct HessianFactor: Sendable {
  /// Inputs by falling importance: packed row `i` is input feature `permutation[i]`.
  package let permutation: [Int]
  /// `U` in packed order, and columns of zeros where rows would evict each other from the cache.
  let padded: Matrix  // (in, at least in)
  /// What the Hessian was divided by, its mean diagonal, so that nothing depends on how many tokens
  /// it sums or how large they are.
  package let unit: Double
  /// What was added to the diagonal, in multiples of `unit`.
  package let damping: Double

  /// Input features of the stage.
  package var inputs: Int { permutation.count }

  /// `U`, (in, in), in packed order.
  package var upper: Matrix { padded.columns([0..<inputs]) }

  /// What was added to the diagonal, in the units of the Hessian.
  package var absoluteDamping: Double { damping * unit }

  /// The factor of the identity, undamped, with inputs in their own order: GPTQ then rounds to
  /// nearest.
  package static func identity(inputs: Int) -> HessianFactor {
    var upper = Matrix(rows: inputs, columns: inputs)
    for i in 0..<inputs { upper[i, i] = 1 }
    return HessianFactor(permutation: Array(0..<inputs), padded: upper, unit: 1, damping: 0)
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

    var added = max(damping, Self.leastDamping)
    for retry in 0...Self.retries {
      if retry > 0 { added *= 4 }
      let upper = matrix.inverseCholesky(
        order: order, scale: 1 / unit, shift: Float(added),
        columns: Matrix.paddedColumns(inputs))
      if let upper {
        return HessianFactor(permutation: order, padded: upper, unit: unit, damping: added)
      }
    }
    throw QuantizationError.hessianNotFactored(inputs: inputs, damping: added)
  }
}
