import BitAllocation
import Checkpoints
import Crypto
import Foundation

/// What measured divergences depend on, but for the allocation.
package struct ComparisonSettings: Codable, Equatable, Sendable {
  /// Fingerprint of the model.
  package let model: String
  /// Fingerprint of the calibration rows.
  package let calibration: String
  /// The output format.
  package let format: String
  package let damping: Double?
  /// Windows of held-out text.
  package let windows: Int
  /// Digest of their tokens.
  package let text: String

  package init(_ measurement: BitAllocation.Measurement, windows: [[Int32]]) {
    model = measurement.model.fingerprint
    calibration = measurement.calibration.fingerprint
    format = measurement.settings.format
    damping = measurement.settings.damping
    self.windows = windows.count
    var hash = SHA256()
    for window in windows {
      window.withUnsafeBytes { hash.update(bufferPointer: $0) }
      hash.update(data: Data([0xff]))
    }
    text = hash.finalize().hexadecimal
  }

  /// A short name for these settings.
  package var digest: String {
    let parts = [model, calibration, format, damping.map { "\($0)" } ?? "", text]
    return String(SHA256.hexadecimal(of: parts.joined(separator: "\n")).prefix(8))
  }
}
