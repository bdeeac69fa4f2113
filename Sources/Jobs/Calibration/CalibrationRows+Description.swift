import BitAllocation
import Checkpoints
import Crypto
import Foundation

extension CalibrationRows {
  /// What a measurement says about its rows.
  package var description: BitAllocation.Measurement.Calibration {
    .init(
      rows: rows.count, tokens: tokens, seed: seed, sources: sources, strata: strata,
      rowStrata: rowStrata, rowDocuments: rowDocuments, randomRows: randomRows,
      fingerprint: fingerprint)
  }

  /// SHA-256, in hexadecimal, of the token ids and the strata.
  package var fingerprint: String {
    var hash = SHA256()
    for (row, stratum) in zip(rows, rowStrata) {
      hash.update(data: Data("\(strata[stratum]) \(row.count)\n".utf8))
      row.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }
    return hash.finalize().hexadecimal
  }
}
