import BitAllocation
import Foundation
import Testing

import struct BitAllocation.Measurement

@Suite("A measurement")
struct MeasurementTests {
  @Test func survivesBeingWrittenAndRead() throws {
    try withFile { url in
      try Measurement.sample.write(to: url)
      #expect(try Measurement.read(url) == Measurement.sample)
    }
  }

  @Test func beginsWithWhatItIsAndHasALayerPerLine() throws {
    let lines = try text.split(separator: "\n")
    #expect(lines[1] == #""kind": "bpw.measurement","#)
    #expect(lines[2] == #""version": 1,"#)
    #expect(lines.filter { $0.hasPrefix(#"{"block":0"#) }.count == 1)
    #expect(lines.count == 11)
    #expect(try Measurement.sample.encoded() == Measurement.sample.encoded())
  }

  @Test func isNotAcceptedWhenCutShort() throws {
    let data = try Measurement.sample.encoded()
    // Without the last line break nothing is missing.
    for count in 0..<(data.count - 1) {
      let found = try problem(
        reading: Measurement.self, from: String(decoding: data.prefix(count), as: UTF8.self))
      #expect(found == .notJSON, "cut at \(count)")
    }
  }

  @Test(arguments: [
    (
      #""bpw.measurement""#, #""bpw.allocation""#,
      DocumentProblem.otherKind(expected: "bpw.measurement", found: "bpw.allocation")
    ),
    (#""kind""#, #""sort""#, .otherKind(expected: "bpw.measurement", found: nil)),
    (#""version": 1"#, #""version": 2"#, .newerVersion(supported: 1, found: 2)),
    (
      #""version": 1"#, #""version": 0"#,
      .malformed(place: "version", problem: "It must be a number from 1 up.")
    ),
    (#""name":"lm_head""#, #""name":"\#(output)""#, .duplicateLayer(output)),
    (
      #""option":"4""#, #""option":"2""#, .duplicateOption("2", layer: "lm_head")
    ),
    (
      "[4,16,8]", "[4,16]",
      .wrongRowCount(place: "layer '\(output)', reference", expected: 3, found: 2)
    ),
    (
      "[5,20.5,0.1]", "[5,20.5,0.1,1]",
      .wrongRowCount(place: "layer '\(output)', residual", expected: 3, found: 4)
    ),
    (
      "[0.5,0.25,0]", "[]",
      .wrongRowCount(place: "layer 'lm_head', option '2', errors", expected: 3, found: 0)
    ),
    (
      "[0.5,0.25,0]", "[0.5,-0.25,0]",
      .invalidNumber(
        place: "layer 'lm_head', option '2', errors", found: "-0.25",
        requirement: "finite and zero or more")
    ),
    (
      #""bits":512"#, #""bits":0"#,
      .invalidNumber(
        place: "layer 'lm_head', option '4', bits", found: "0",
        requirement: "between 1 and 1099511627776")
    ),
    (
      #""inputs":8,"name":"lm_head","#, #""inputs":2147483647,"name":"lm_head","#,
      .contradiction(place: "model.weights", stated: "192", computed: "34359738416")
    ),
    (
      #""inputs":8,"name":"lm_head","#, #""inputs":2147483648,"name":"lm_head","#,
      .invalidNumber(
        place: "layer 'lm_head', inputs", found: "2147483648",
        requirement: "between 1 and 2147483647")
    ),
    (
      #""block":0"#, #""block":1"#,
      .invalidNumber(place: "layer '\(output)', block", found: "1", requirement: "in 0..<1")
    ),
    (
      #""row_strata":[0,0,1]"#, #""row_strata":[0,0,2]"#,
      .invalidNumber(
        place: "calibration.row_strata", found: "2", requirement: "an index into the 2 strata")
    ),
    (
      #""row_strata":[0,0,1]"#, #""row_strata":[0,0]"#,
      .wrongRowCount(place: "calibration.row_strata", expected: 3, found: 2)
    ),
    (
      #""rows":3"#, #""rows":0"#,
      .invalidNumber(place: "calibration.rows", found: "0", requirement: "at least 1")
    ),
    (
      #""weights":192"#, #""weights":191"#,
      .contradiction(place: "model.weights", stated: "191", computed: "192")
    ),
    (
      #""role":"lm_head""#, #""rule":"lm_head""#,
      .malformed(place: "layer 'lm_head', role", problem: "There is no such value.")
    ),
  ])
  func namesTheDamage(original: String, damage: String, expected: DocumentProblem) throws {
    let damaged = try text.replacing(original, with: damage)
    #expect(damaged != (try text))
    #expect(try problem(reading: Measurement.self, from: damaged) == expected)
  }

  @Test func saysWhereRowsBeginOrDoesNot() throws {
    var measurement = Measurement.sample
    #expect(!(try text.contains("row_documents")))
    measurement.calibration.rowDocuments = [4, 4, 0]
    try withFile { url in
      try measurement.write(to: url)
      #expect(try Measurement.read(url) == measurement)
    }
    measurement.calibration.rowDocuments = [4, 4]
    #expect(
      throws: DocumentProblem.wrongRowCount(
        place: "calibration.row_documents", expected: 3, found: 2)
    ) { try measurement.validate() }
    measurement.calibration.rowDocuments = [4, -1, 0]
    #expect(
      throws: DocumentProblem.invalidNumber(
        place: "calibration.row_documents", found: "-1", requirement: "zero or more")
    ) { try measurement.validate() }
  }

  @Test(arguments: ["1e999", "1e39", "NaN", "\"1\"", "null", "true"])
  func refusesWhatIsNoNumber(value: String) throws {
    let damaged = try text.replacing("[0.5,0.25,0]", with: "[0.5,\(value),0]")
    switch try problem(reading: Measurement.self, from: damaged) {
    case .malformed(let place, _):
      // What no number can hold isn't even read.
      #expect(place.hasPrefix(value == "1e999" ? "line 9" : "layer 'lm_head'"))
    case .invalidNumber(let place, _, _): #expect(place == "layer 'lm_head', option '2', errors")
    case .notJSON: #expect(value == "NaN")
    case let other: Issue.record("\(value) gave \(String(describing: other))")
    }
  }

  @Test(arguments: ["[]", "3", "null", "\"text\"", "{}"])
  func refusesOtherJSON(text: String) throws {
    #expect(
      try problem(reading: Measurement.self, from: text)
        == .otherKind(expected: "bpw.measurement", found: nil))
  }

  @Test func needsLayersAndOptions() throws {
    var measurement = Measurement.sample
    measurement.layers[1].options = []
    #expect(throws: DocumentProblem.noOptions(layer: "lm_head")) { try measurement.validate() }
    measurement.layers = []
    #expect(
      throws: DocumentProblem.invalidNumber(
        place: "the number of layers", found: "0", requirement: "between 1 and 262144")
    ) { try measurement.validate() }
  }

  @Test func isNotWrittenWithNumbersThatCannotBeRead() throws {
    var measurement = Measurement.sample
    measurement.layers[0].options[0].errors[1] = .nan
    try withFile { url in
      #expect(throws: DocumentError.self) { try measurement.write(to: url) }
      #expect(!FileManager.default.fileExists(atPath: url.path))
    }
  }

  @Test func explainsWhatToDo() throws {
    try withFile { url in
      let missing = #expect(throws: DocumentError.self) { try Measurement.read(url) }
      #expect(
        missing?.errorDescription
          == "\(url.path) cannot be opened. Check the path, "
          + "or write the file with 'bpw measure'.")
    }
    let wrongCount = DocumentError(
      file: "m.json",
      problem: .wrongRowCount(place: "layer 'lm_head', reference", expected: 3, found: 2),
      writer: "bpw measure")
    #expect(
      wrongCount.errorDescription
        == "m.json: layer 'lm_head', reference has 2 values for 3 calibration rows. "
        + "Write the file again with 'bpw measure'.")
  }

  private var text: String {
    get throws { String(decoding: try Measurement.sample.encoded(), as: UTF8.self) }
  }
}

private let output = "model.layers.0.self_attn.o_proj"
