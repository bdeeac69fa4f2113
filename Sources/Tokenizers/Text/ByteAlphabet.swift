/// The printable scalars that byte-level tokenizers write bytes as: GPT-2's `bytes_to_unicode`.
///
/// Bytes that are printable in Latin-1 stand for themselves; the other 68, in rising order, are
/// U+0100, U+0101 and so on. A space is `Ġ`, a line feed `Ċ`.
struct ByteAlphabet: Sendable {
  static let shared = ByteAlphabet()

  /// The UTF-8 of every byte's scalar; the second is zero where the first is all.
  let spelling: [(UInt8, UInt8)]  // (256)

  /// The byte of each scalar up to the largest in use, nil where there is none.
  private let bytes: [UInt8?]

  private init() {
    var bytes = [UInt8?](repeating: nil, count: 0x144)
    var next = 0x100
    spelling = (UInt8.min...UInt8.max).map { byte in
      var scalar = Int(byte)
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: break
      default: (scalar, next) = (next, next + 1)
      }
      bytes[scalar] = byte
      let utf8 = Array(UTF8.encode(Unicode.Scalar(UInt32(scalar))!)!)
      return (utf8[0], utf8.count > 1 ? utf8[1] : 0)
    }
    self.bytes = bytes
  }

  /// Appends the spelling of bytes.
  func append(_ text: some Sequence<UInt8>, to output: inout [UInt8]) {
    for byte in text {
      let (first, second) = spelling[Int(byte)]
      output.append(first)
      if second != 0 { output.append(second) }
    }
  }

  /// The bytes that a token spells, nil when it holds a scalar outside the alphabet.
  func decode(_ token: [UInt8]) -> [UInt8]? {
    token.withUnsafeBufferPointer { text in
      var result: [UInt8] = []
      var i = 0
      while i < text.count {
        let (value, length) = text.scalar(at: i)
        guard value < bytes.count, let byte = bytes[Int(value)] else { return nil }
        result.append(byte)
        i += length
      }
      return result
    }
  }
}
