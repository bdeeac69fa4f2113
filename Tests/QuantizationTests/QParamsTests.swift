import Quantization
import Tensors
import Testing

@Suite struct QParamsTests {
  @Test(
    "reads and prints EXL2's description strings",
    arguments: [
      "1:4b_128g s4", "0.1:4b_128g/0.9:3b_128g s4", "0.05:6b_32g/0.2:3b_64g/0.75:2b_64g s4",
    ])
  func description(text: String) throws {
    let layout = try QParams(parsing: text)
    #expect(layout.description == text)
    #expect(try QParams(parsing: layout.description) == layout)
  }

  @Test func reducesAWholeShareToOne() throws {
    #expect(try QParams(parsing: "1.0:4b_128g s4") == QParams(parsing: "1:4b_128g s4"))
  }

  @Test(
    "refuses what is not a description",
    arguments: [
      "", " s4", "1:4b_128g", "1:4b_128g s3", "1:4b_128 s4", "1:4b_128g/ s4", "nan:4b_128g s4",
      "1:4b_99999999999999999999g s4", "1 :4b_128g s4", "e:4b_128g s4",
    ])
  func unreadable(text: String) {
    #expect(throws: QuantizationError.unreadableLayout(text)) { try QParams(parsing: text) }
  }

  @Test(
    "refuses layouts the format can't hold",
    arguments: [
      ("1:7b_128g s4", "7 bits are not one of 8, 6, 5, 4, 3, 2"),
      ("1:4b_100g s4", "the group size 100 is not a multiple of 32"),
      ("1:4b_0g s4", "the group size 0 is not a multiple of 32"),
      ("0.5:3b_32g/0.5:4b_32g s4", "its widths do not descend"),
      ("0.5:4b_32g/0.5:4b_64g s4", "its widths do not descend"),
      ("0.5:4b_32g/0.4:3b_32g s4", "its shares add up to 0.9, not 1"),
      ("0:4b_32g/1:3b_32g s4", "the share 0.0 is not above 0 and at most 1"),
    ])
  func invalid(text: String, problem: String) {
    #expect {
      try QParams(parsing: text)
    } throws: { error in
      guard case .invalidLayout(_, problem) = error as? QuantizationError else { return false }
      return true
    }
  }

  @Test func roundsSharesUpToWholeGroups() throws {
    let layout = try QParams(parsing: "0.05:3b_64g/0.95:2b_64g s4")
    let groups = try layout.groups(inputs: 4096)
    #expect(groups.count == 64)
    #expect(groups.prefix(4).allSatisfy { $0.bits == 3 } && groups[4].bits == 2)
    #expect(groups[3].words == 6 && groups[4].words == 4)
  }

  @Test func givesTheLastGroupWhatIsLeft() throws {
    let groups = try QParams(parsing: "1:4b_128g s4").groups(inputs: 1120)
    #expect(groups.last == Group(bits: 4, rows: 1024..<1120))
  }

  @Test func takesGroupsOfAnySize() throws {
    let layout = try QParams(parsing: "1:4b_\(Int.max / 32 * 32)g s4")
    #expect(try layout.groups(inputs: 96) == [Group(bits: 4, rows: 0..<96)])
  }

  @Test func leavesOutPartsThatFindNoRows() throws {
    let layout = try QParams(parsing: "0.9:4b_128g/0.1:3b_32g s4")
    #expect(try layout.groups(inputs: 96) == [Group(bits: 4, rows: 0..<96)])
  }

  @Test("covers every input once, in valid groups", arguments: try shippedMenu().options)
  func coversEveryInput(layout: QParams) throws {
    for inputs in [32, 64, 96, 640, 1120, 4096, 14336] {
      let groups = try layout.groups(inputs: inputs)
      #expect(groups.flatMap(\.rows) == Array(0..<inputs))
      #expect(groups.allSatisfy { $0.rows.count % 32 == 0 && !$0.rows.isEmpty })
      #expect(zip(groups, groups.dropFirst()).allSatisfy { $0.bits >= $1.bits })
    }
  }

  @Test("refuses inputs the format can't hold", arguments: [0, 16, 100, 65568])
  func unsupportedInputs(inputs: Int) throws {
    let layout = try QParams(parsing: "1:2b_64g s4")
    #expect(
      throws: QuantizationError.unsupportedInputs(inputs: inputs, multiple: 32, maximum: 65536)
    ) { try layout.groups(inputs: inputs) }
  }

  @Test("agrees with exllamav2's tables on bits per weight")
  func tables() throws {
    func bits(_ layout: QParams, _ inputs: Int, _ outputs: Int) throws -> Double {
      Double(try layout.storedBits(inputs: inputs, outputs: outputs))
    }
    for row in try rows(of: attentionTable) {
      let (q, v, o) = (row.layouts[0], row.layouts[1], row.layouts[2])
      for (outputs, expected) in zip([4096, 1024], row.bitsPerWeight) {
        let total =
          try bits(q, 4096, 4096) + bits(q, 4096, outputs) + bits(v, 4096, outputs)
          + bits(o, 4096, 4096)
        #expect(abs(total / Double(4096 * (8192 + 2 * outputs)) - expected) < 0.000_051)
      }
    }
    for row in try rows(of: feedForwardTable) {
      for (inner, expected) in zip([11008, 14336], row.bitsPerWeight) {
        let total =
          try bits(row.layouts[0], 4096, inner) + bits(row.layouts[1], 4096, inner)
          + bits(row.layouts[2], inner, 4096)
        #expect(abs(total / Double(3 * 4096 * inner) - expected) < 0.000_051)
      }
    }
    for row in try rows(of: headTable) {
      for (outputs, expected) in zip([32000, 128256], row.bitsPerWeight) {
        let total = try bits(row.layouts[0], 4096, outputs)
        #expect(abs(total / Double(4096 * outputs) - expected) < 0.000_051)
      }
    }
  }

  @Test func countsPaddingAndBias() throws {
    let layout = try QParams(parsing: "1:4b_32g s4")
    let padded = try layout.storedBits(inputs: 64, outputs: 40)
    #expect(padded == (try layout.storedBits(inputs: 64, outputs: 64)))
    #expect(try layout.storedBits(inputs: 64, outputs: 40, hasBias: true) == padded + 16 * 64)
  }
}
