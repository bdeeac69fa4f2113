extension AllocationProblem {
  /// Tells whether a table is the one that an allocation was made from: 64 bits over all names, bits
  /// and errors, as a hexadecimal number.
  ///
  /// Against mistakes, not against malice: who checks an allocation computes its numbers anew.
  /// (FNV-1a; Fowler, Noll and Vo.)
  package var fingerprint: String {
    var hash = FNV()
    for layer in layers {
      hash.add(layer.name)
      hash.add(UInt64(layer.weights))
      for option in layer.options {
        hash.add(option.name)
        hash.add(UInt64(option.bits))
        for error in [option.error] + option.strata { hash.add(error.bitPattern) }
      }
    }
    let digits = String(hash.value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

private struct FNV {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    // No text is another's beginning.
    add(UInt8(0xff))
  }

  mutating func add(_ number: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> shift)) }
  }
}
