import Quantization

extension EXL2Format {
  /// The recipe that ExLlamaV2's converter has for a head of so many bits, nil where it has none.
  package static func headOption(bits: Int) -> QParams? {
    let recipes = [
      2: "0.3:4b_32g/0.7:2b_32g s4", 3: "0.15:4b_32g/0.85:3b_32g s4",
      4: "0.15:6b_32g/0.85:4b_32g s4", 5: "0.15:6b_128g/0.85:5b_128g s4",
      6: "0.15:8b_128g/0.85:6b_128g s4", 8: "1:8b_128g s4",
    ]
    return recipes[bits].flatMap { try? QParams(parsing: $0) }
  }
}
