import CKernels
import Foundation
import Tensors

/// The rounding error of every column of a group as a function of its scale, known at 16 scales and
/// interpolated between them.
///
/// Scales are measured on a logarithmic axis, in points: point `i` of a column is the step that just
/// reaches its largest weight, times `highest · 2^(-i/8)`. The last is 0.3 times that step: less is
/// worth it only for outliers farther out than any seen.
struct ErrorProfile {
  /// Above 1 because the code farthest from zero reaches farther than the step assumes.
  static let highest: Float = 1.1

  private let errors: Matrix  // (points, out)
  /// Where each column's axis begins: log2(scale), in points.
  private var origins: [Float]
  /// The square root of the best of the 16 scales; 0 for columns of zeros.
  private var roots: [Float]

  /// `steps` are the steps that reach the columns' largest weights, (out).
  init(of group: OpenGroup, steps: [Float]) {
    let factors = (0..<Int(CK_EXL2_POINTS)).map { Self.highest * exp2f(-Float($0) / 8) }
    let scales = Matrix(rows: factors.count, columns: steps.count) { scales in
      steps.withUnsafeBufferPointer { steps in
        for (point, factor) in factors.enumerated() {
          let start = scales.baseAddress! + point * steps.count
          for column in steps.indices { start[column] = steps[column] * factor }
        }
      }
    }
    errors = group.errors(scales: scales)
    origins = [Float](repeating: 0, count: steps.count)
    roots = origins
    ck_exl2_profile(&origins, &roots, errors.elements, steps, factors, steps.count)
  }

  /// What the group costs under a maximum if every column has its best code.
  func cost(maximum: Float) -> Double {
    ck_exl2_best_codes(nil, errors.elements, origins, roots, maximum, roots.count)
  }

  /// The best scale codes under a maximum, (out); 0 for columns of zeros.
  func codes(maximum: Float) -> [UInt8] {
    var codes = [UInt8](repeating: 0, count: roots.count)
    _ = ck_exl2_best_codes(&codes, errors.elements, origins, roots, maximum, roots.count)
    return codes
  }
}
