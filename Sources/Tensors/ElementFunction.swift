import CKernels

/// A function of single numbers that can be applied to every element of a matrix.
package enum ElementFunction: Sendable, Hashable {
  /// x / (1 + exp(-x)), also called swish.
  case silu
  /// x Φ(x), Φ the normal distribution. Hendrycks and Gimpel, 2016, arXiv:1606.08415.
  case gelu
  /// The same paper's approximation by tanh.
  case geluTanh
  /// max(x, 0).
  case relu
  /// max(x, 0)².
  case reluSquared
  /// cap · tanh(x / cap): large numbers stay below `cap`.
  case softCap(Float)
}

extension ElementFunction: CustomStringConvertible {
  /// As the field writes it.
  package var description: String {
    switch self {
    case .silu: "SiLU"
    case .gelu: "GELU"
    case .geluTanh: "GELU by tanh"
    case .relu: "ReLU"
    case .reluSquared: "squared ReLU"
    case .softCap(let cap): "a cap at \(cap)"
    }
  }
}

extension Matrix {
  /// Replaces every element by the function of it.
  package mutating func apply(_ function: ElementFunction) {
    elements.withUnsafeMutableBufferPointer { x in
      switch function {
      case .silu: ck_silu(x.baseAddress, x.count)
      case .gelu: ck_gelu(x.baseAddress, x.count)
      case .geluTanh: ck_gelu_tanh(x.baseAddress, x.count)
      case .relu: ck_relu(x.baseAddress, x.count)
      case .reluSquared: ck_relu_squared(x.baseAddress, x.count)
      case .softCap(let cap): ck_soft_cap(x.baseAddress, cap, x.count)
      }
    }
  }

  /// Multiplies each element with the other matrix's.
  package mutating func multiply(with other: Matrix) {
    precondition(rows == other.rows && columns == other.columns)
    elements.withUnsafeMutableBufferPointer { x in
      other.elements.withUnsafeBufferPointer { ck_times(x.baseAddress, $0.baseAddress, x.count) }
    }
  }

  /// Multiplies every element.
  package static func *= (matrix: inout Matrix, factor: Float) {
    matrix.elements.withUnsafeMutableBufferPointer { ck_scale($0.baseAddress, factor, $0.count) }
  }

  /// Brings every element into `-limit...limit`.
  package mutating func clip(to limit: Float) {
    elements.withUnsafeMutableBufferPointer { ck_clip($0.baseAddress, limit, $0.count) }
  }
}
