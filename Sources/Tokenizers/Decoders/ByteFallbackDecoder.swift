import ByteJSON

/// Turns runs of byte tokens, `<0x0A>`, into text. A run that is no valid UTF-8 becomes one U+FFFD
/// for each of its bytes.
struct ByteFallbackDecoder: TokenDecoder {
  static let names = ["ByteFallback"]

  init(_ component: Component) {}

  func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var run: [UInt8] = []
    func endRun() {
      guard !run.isEmpty else { return }
      let isValid = run.withUnsafeBytes(firstInvalidUTF8) == nil
      result.append(isValid ? run : run.flatMap { _ in Array("\u{FFFD}".utf8) })
      run = []
    }
    for token in tokens {
      if let byte = Self.byte(of: token) {
        run.append(byte)
      } else {
        endRun()
        result.append(token)
      }
    }
    endRun()
    return result
  }

  private static func byte(of token: [UInt8]) -> UInt8? {
    guard token.count == 6, token.starts(with: Array("<0x".utf8)), token[5] == UInt8(ascii: ">")
    else { return nil }
    return UInt8(String(decoding: token[3...4], as: UTF8.self), radix: 16)
  }
}
