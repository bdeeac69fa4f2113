import Quantization

/// The layouts that ExLlamaV2's converter gives the head: it knows one for each `--head_bits`, and
/// no others.
extension EXL2Format {
  /// What `--head_bits` may be, and the layout of each.
  private static let headOptions = [
    2: "0.3:4b_32g/0.7:2b_32g s4",
    3: "0.15:4b_32g/0.85:3b_32g s4",
    4: "0.15:6b_32g/0.85:4b_32g s4",
    5: "0.15:6b_128g/0.85:5b_128g s4",
    6: "0.15:8b_128g/0.85:6b_128g s4",
    8: "1:8b_128g s4",
  ]

  /// The values of `--head_bits`, ascending.
  package static var headBits: [Int] { headOptions.keys.sorted() }

  /// The head's layout under a value of `--head_bits`; nil for a value that there isn't.
  package static func headOption(bits: Int) -> QParams? {
    headOptions[bits].flatMap { try? QParams(parsing: $0) }
  }

  /// The value of `--head_bits` that gives the head this layout; nil if none does.
  package static func headBits(of option: QParams) -> Int? {
    headBits.first { headOption(bits: $0) == option }
  }
}
