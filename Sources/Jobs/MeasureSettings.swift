import BitAllocation
import Quantization
import Tensors

/// How layers are measured.
package struct MeasureSettings: Sendable, Equatable {
  /// Added to the Hessian's diagonal, as a multiple of its mean; nil for what suits the number of
  /// tokens.
  package var damping: Double?
  /// Combinations of a row's tokens that its errors are estimated from; 0 for all tokens.
  package var sketch: Int

  package init(damping: Double? = nil, sketch: Int = 32) {
    self.damping = damping
    self.sketch = sketch
  }

  /// What a measurement says about its settings, with what computes matrix products in this
  /// process; `menu` is the file name of the menu.
  package func description(menu: String) -> BitAllocation.Measurement.Settings {
    .init(
      format: OptionMenu.format, menu: menu, damping: damping, sketch: sketch,
      kernel: BLAS.kernel)
  }
}
