import BitAllocation
import Foundation
import Testing

import struct BitAllocation.Measurement

@Suite("An allocation's file")
struct AllocationDocumentTests {
  @Test func survivesBeingWrittenAndRead() throws {
    for hasCertificate in [true, false] {
      var document = try AllocationDocument.sample()
      if !hasCertificate { document.certificate = nil }
      try withFile { url in
        try document.write(to: url)
        #expect(try AllocationDocument.read(url) == document)
      }
    }
  }

  @Test func saysWhatWasChosen() throws {
    let document = try AllocationDocument.sample()
    #expect(document.strategy == "exact")
    #expect(document.bits <= document.budget)
    #expect(document.bits == document.layers.reduce(0) { $0 + $1.bits })
    #expect(document.bitsPerWeight <= document.targetBitsPerWeight)
    #expect(document.certificate?.proven == true)
  }

  @Test func isNotAcceptedWhenCutShort() throws {
    let data = try AllocationDocument.sample().encoded()
    for count in 0..<(data.count - 1) {
      let found = try problem(
        reading: AllocationDocument.self,
        from: String(decoding: data.prefix(count), as: UTF8.self))
      #expect(found == .notJSON, "cut at \(count)")
    }
  }

  @Test func isNoMeasurement() throws {
    let text = String(decoding: try AllocationDocument.sample().encoded(), as: UTF8.self)
    #expect(
      try problem(reading: Measurement.self, from: text)
        == .otherKind(expected: "bpw.measurement", found: "bpw.allocation"))
  }

  @Test func mustNotContradictItself() throws {
    let document = try AllocationDocument.sample()
    let damages: [(String, (inout AllocationDocument) -> Void)] = [
      ("bits", { $0.layers[0].bits += 1 }),
      ("bits", { $0.budget = $0.bits - 1 }),
      ("bits_per_weight", { $0.bitsPerWeight += 0.01 }),
      ("predicted_error", { $0.predictedError *= 2 }),
      ("certificate.gap", { $0.certificate?.gap += $0.predictedError }),
      (
        "certificate.value",
        {
          $0.certificate?.value += 1
          $0.certificate?.gap += 1
        }
      ),
      ("weights", { $0.weights = 0 }),
      ("layer 'layer 0', bits", { $0.layers[0].bits = -1 }),
      ("layer 'layer 0', error", { $0.layers[0].error = -.infinity }),
      ("calibration.row_strata", { $0.calibration.rowStrata = [] }),
      ("the number of layers", { $0.layers = [] }),
    ]
    for (place, damage) in damages {
      var damaged = document
      damage(&damaged)
      let error = #expect(throws: DocumentProblem.self) { try damaged.validate() }
      switch error {
      case .invalidNumber(let found, _, _), .contradiction(let found, _, _),
        .wrongRowCount(let found, _, _):
        #expect(found == place)
      default: Issue.record("\(place) gave \(String(describing: error))")
      }
    }
    var twice = document
    twice.layers.append(twice.layers[0])
    #expect(throws: DocumentProblem.duplicateLayer("layer 0")) { try twice.validate() }
  }
}
