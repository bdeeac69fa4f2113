import Crypto
import Foundation

extension Sequence<UInt8> {
  /// Two digits per byte.
  package var hexadecimal: String { map { String(format: "%02x", $0) }.joined() }
}

extension SHA256 {
  /// The digest of bytes, in hexadecimal.
  package static func hexadecimal(of bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    return hash.finalize().hexadecimal
  }

  /// The digest of bytes, in hexadecimal.
  package static func hexadecimal(of data: Data) -> String {
    data.withUnsafeBytes { hexadecimal(of: $0) }
  }

  /// The digest of a text in UTF-8, in hexadecimal.
  package static func hexadecimal(of text: String) -> String { hexadecimal(of: Data(text.utf8)) }
}
