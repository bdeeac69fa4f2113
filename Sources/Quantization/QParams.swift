/// One way to quantize a layer: which share of its inputs gets which width, in groups of which size.
///
/// The most important inputs come first and get the most bits. Its identity, in files and messages,
/// is EXL2's description string, such as "0.1:4b_128g/0.9:3b_128g s4".
package struct QParams: Hashable, Sendable {
  /// A share of the inputs with one width and one group size.
  package struct Part: Hashable, Sendable {
    /// Of the inputs, above 0 and at most 1.
    package let share: Double
    /// The width of a code, one of `widths`.
    package let bits: Int
    /// Inputs per group, a multiple of `rowMultiple`.
    package let groupSize: Int

    package init(share: Double, bits: Int, groupSize: Int) {
      self.share = share
      self.bits = bits
      self.groupSize = groupSize
    }
  }

  /// The widths a code may have.
  package static let widths = [8, 6, 5, 4, 3, 2]

  /// The width of a scale code, the only one the format has.
  package static let scaleBits = 4

  /// Rows of a group come in this multiple, so that every width fills whole 32-bit words.
  package static let rowMultiple = 32

  /// Outputs are stored in this multiple.
  package static let columnMultiple = 32

  /// In descending width.
  package let parts: [Part]

  /// Throws `QuantizationError.invalidLayout` unless widths are known and descend, group sizes are
  /// multiples of 32, and shares are positive and add up to exactly 1.
  package init(parts: [Part]) throws {
    self.parts = parts
    if let problem { throw QuantizationError.invalidLayout(layout: description, problem: problem) }
  }

  private var problem: String? {
    if parts.isEmpty { return "it has no parts" }
    for part in parts {
      if !Self.widths.contains(part.bits) {
        return "\(part.bits) bits are not one of 8, 6, 5, 4, 3, 2"
      }
      if part.groupSize <= 0 || part.groupSize % Self.rowMultiple != 0 {
        return "the group size \(part.groupSize) is not a multiple of \(Self.rowMultiple)"
      }
      if !(part.share > 0 && part.share <= 1) {
        return "the share \(part.share) is not above 0 and at most 1"
      }
    }
    if zip(parts, parts.dropFirst()).contains(where: { $0.bits <= $1.bits }) {
      return "its widths do not descend"
    }
    let sum = parts.reduce(0) { $0 + $1.share }
    return sum == 1 ? nil : "its shares add up to \(sum), not 1"
  }
}

// MARK: - Cutting a layer into groups

extension QParams {
  /// The most inputs a layer may have: loaders keep the permutation in 16 bits. The words of a
  /// column then number 16384 at most, and the signed 16 bits of "q_groups" suffice.
  private static let maximumInputs = 65536

  /// The groups of a layer with this many inputs, in packed order.
  ///
  /// Each part takes its share rounded up to whole groups, and the last group of all what is left.
  /// Throws if the format cannot hold such a layer.
  package func groups(inputs: Int) throws -> [Group] {
    guard inputs > 0, inputs % Self.rowMultiple == 0, inputs <= Self.maximumInputs else {
      throw QuantizationError.unsupportedInputs(
        inputs: inputs, multiple: Self.rowMultiple, maximum: Self.maximumInputs)
    }
    var groups: [Group] = []
    var row = 0
    for (index, part) in parts.enumerated() {
      // In double precision and in this order, as other writers do: the number of groups must agree.
      let share = index == parts.count - 1 ? Double(inputs) : Double(inputs) * part.share
      let wanted = min(share, Double(inputs - row)) / Double(part.groupSize)
      for _ in 0..<Int(wanted.rounded(.up)) {
        let end = row + min(part.groupSize, inputs - row)
        groups.append(Group(bits: part.bits, rows: row..<end))
        row = end
      }
    }
    return groups
  }

  /// The bits that a layer's tensors take in a file, padding of the outputs and the tables of
  /// groups and permutation included.
  package func storedBits(inputs: Int, outputs: Int, hasBias: Bool = false) throws -> Int {
    let groups = try groups(inputs: inputs)
    let columns = Self.paddedOutputs(outputs)
    let codes = groups.reduce(0) { $0 + $1.rows.count * $1.bits } * columns
    let scales = groups.count * (Self.scaleBits * columns + 16)
    let tables = groups.count * 2 * 16 + inputs * 32
    return codes + scales + tables + (hasBias ? 16 * columns : 0)
  }

  /// The outputs as stored: rounded up to a multiple of 32.
  package static func paddedOutputs(_ outputs: Int) -> Int {
    (outputs + columnMultiple - 1) / columnMultiple * columnMultiple
  }
}
