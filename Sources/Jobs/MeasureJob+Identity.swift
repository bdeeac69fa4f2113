import BitAllocation
import Checkpoints
import Crypto
import Foundation
import Quantization
import Tensors

extension MeasureJob {
  /// What must be the same for a job to be continued.
  package struct Identity: Codable, Equatable, Sendable {
    let model: String
    let rows: Int
    let tokens: Int
    let seed: UInt64
    let text: String
    let menu: String
    /// SHA-256, in hexadecimal, of the options' descriptions.
    let options: String
    let damping: Double?
    let sketch: Int
    let kernel: String
  }

  /// What a directory for this job is opened with.
  package var identity: Identity {
    let options = menu.options.map(\.description).joined(separator: "\n")
    return Identity(
      model: fingerprint, rows: rows.rows.count, tokens: rows.tokens, seed: rows.seed,
      text: rows.fingerprint, menu: menuName,
      options: SHA256.hexadecimal(of: options), damping: settings.damping,
      sketch: settings.sketch, kernel: BLAS.kernel)
  }
}
