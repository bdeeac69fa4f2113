import BitAllocation
import Checkpoints
import Foundation
import Jobs
import Models
import Quantization
import TestSupport

import struct BitAllocation.Measurement

/// Requests that between them reach every part of posing a problem.
private let requests: [AllocationRequest] = {
  let memory = MemoryBudget(bytes: 30000, context: 64, cacheBits: 8, overhead: 1000)
  return [
    AllocationRequest(.bitsPerWeight(5)),
    AllocationRequest(.fileBytes(20000), objective: .minMax, estimator: .tikhonov),
    AllocationRequest(
      .memory(memory), objective: .worstStratum, estimator: .trimmedBootstrap, shrinks: true),
    AllocationRequest(
      .bitsPerWeight(6), objective: .lexicographic(slack: 0.1), estimator: .winsorized,
      scale: .output, depth: DepthWeights(curve: [3, 1, 2])),
    AllocationRequest(
      .bitsPerWeight(4), objective: .power(0.5), estimator: .geometricMean, shrinks: true),
    AllocationRequest(.bitsPerWeight(7), objective: .sum, estimator: .meanSquaredRatio),
    AllocationRequest(.bitsPerWeight(7), objective: .sum, estimator: .ratioOfSums),
  ]
}()

/// A use of a measurement by one request: problem, choice, allocation, proof.
private func allocate(_ measurement: Measurement, _ request: AllocationRequest) throws {
  let problem = try AllocationProblem(measurement, request)
  let strategy = request.objective.strategy
  let document = AllocationDocument(
    try strategy.allocate(problem), of: problem, from: measurement, request: request,
    strategy: strategy)
  try document.validate()
  let verification = try Verification(document, against: measurement)
  guard verification.holds else {
    throw Unexpected("an allocation made of an input doesn't hold: \(verification.checks)")
  }
}

/// What no input may lead to. None of our errors, so that the harness complains.
struct Unexpected: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

@Sendable
func measurementTarget() throws -> FuzzTarget {
  let file = try ChangingFile("m.json")
  let made = try TinyFiles.made.get()
  let imported = try Data(
    contentsOf: PackageFolder.path("Tests/Fixtures/exllama/llama.imported.json"))
  return FuzzTarget(
    "measurement", .json, seeds: [try made.measurement.encoded(), imported], places: ["m.json"],
    thinning: 4
  ) { input in
    let measurement = try Measurement.read(file.write(input))
    return {
      var problems: [any Error] = []
      for request in requests {
        do { try allocate(measurement, request) } catch { problems.append(error) }
      }
      // Requests need not fit; what is thrown must be ours.
      for problem in problems where !(problem is AllocationError) { throw problem }
      _ = try measurement.encoded()
    }
  }
}

@Sendable
func allocationTarget() throws -> FuzzTarget {
  let file = try ChangingFile("a.json")
  let made = try TinyFiles.made.get()
  let other = AllocationRequest(
    .fileBytes(20000), objective: .minMax, sensitivities: ["lm_head": 2],
    rules: [LayerRule(.min, "lm_head", .bitsPerWeight(4))])
  let memory = AllocationRequest(
    .memory(MemoryBudget(bytes: 30000, context: 64, cacheBits: 8, overhead: 1000)),
    objective: .lexicographic(slack: 0.5))
  let more = try [other, memory].map {
    try AllocationDocument(made.measurement, $0, by: $0.objective.strategy).encoded()
  }
  return FuzzTarget(
    "allocation", .json, seeds: [try made.allocation.encoded()] + more, places: ["a.json"],
    thinning: 4
  ) { input in
    let document = try AllocationDocument.read(file.write(input))
    return {
      _ = try document.encoded()
      _ = (document.options, document.targetBitsPerWeight)
      for (_, option, _) in document.options { _ = try? QParams(parsing: option) }
      do {
        _ = try Verification(document, against: made.measurement).checks.map(\.detail)
        _ = try StabilityStudy(document, of: made.measurement).run(0)
      } catch is AllocationError {}
    }
  }
}

@Sendable
func sensitivitiesTarget() throws -> FuzzTarget {
  let file = try ChangingFile("s.json")
  let made = try TinyFiles.made.get()
  return FuzzTarget(
    "sensitivities", .json, seeds: [try made.sensitivities.encoded()], places: ["s.json"],
    thinning: 4
  ) { input in
    let document = try SensitivityDocument.read(file.write(input))
    return {
      _ = try document.encoded()
      try document.check(against: made.measurement)
      try allocate(
        made.measurement,
        AllocationRequest(.bitsPerWeight(5), sensitivities: document.coefficients))
    }
  }
}

@Sendable
func menuTarget() throws -> FuzzTarget {
  let file = try ChangingFile("menu.json")
  let menu = try Data(contentsOf: PackageFolder.path("qparams/exl2.json"))
  let small = #"""
    {"kind": "bpw.qparams", "version": 1, "format": "exl2", "options": [
      {"bits": [4, 3], "group_size": [64, 32], "share": [0.25, 0.75]},
      {"bits": [2], "group_size": [32], "share": [1]}]}
    """#
  return FuzzTarget(
    "menu", .json, seeds: [menu, Data(small.utf8)], places: ["menu.json"]
  ) { input in
    let menu = try OptionMenu(contentsOf: file.write(input))
    return {
      for option in menu.options {
        guard try QParams(parsing: option.description) == option else {
          throw Unexpected("\(option) isn't what its name says")
        }
        for (inputs, outputs) in [(32, 1), (4096, 33), (8192, 64)] {
          let groups = try option.groups(inputs: inputs)
          guard groups.last?.rows.upperBound == inputs else {
            throw Unexpected("\(option) covers \(groups.last?.rows.upperBound ?? 0) of \(inputs)")
          }
          _ = try option.storedBits(inputs: inputs, outputs: outputs, hasBias: true)
        }
      }
    }
  }
}

/// The names of options, as they stand in files.
@Sendable
func layoutTarget() throws -> FuzzTarget {
  let names = ["1:8b_32g s4", "0.05:8b_32g/0.95:4b_128g s4", "0.1:6b_64g/0.4:5b_32g/0.5:3b_32g s4"]
  return FuzzTarget(
    "layout", .bytes, seeds: names.map { Data($0.utf8) }, places: []
  ) { input in
    let option = try QParams(parsing: String(decoding: input, as: UTF8.self))
    return {
      guard try QParams(parsing: option.description) == option else {
        throw Unexpected("\(option) isn't what its name says")
      }
      _ = try option.storedBits(inputs: 4096, outputs: 4096)
    }
  }
}

@Sendable
func exLlamaTarget() throws -> FuzzTarget {
  let file = try ChangingFile("measurement.json")
  let seeds = try ["measured", "llama"].map {
    try Data(contentsOf: PackageFolder.path("Tests/Fixtures/exllama/\($0).json"))
  }
  let models = try [1, 2].map { blocks in
    var tiny = TinyModel()
    tiny.blocks = blocks
    let folder = try TemporaryFolder()
    return try ExLlamaModules(ModelDescription(Checkpoint(tiny.write(to: folder["model"]))))
  }
  let head = try QParams(parsing: "1:4b_32g s4")
  return FuzzTarget("exllama", .json, seeds: seeds, places: ["measurement.json"], thinning: 4) {
    input in
    let measured = try ExLlamaMeasurement(contentsOf: file.write(input))
    return {
      _ = measured.encoded()
      for model in models {
        do {
          let measurement = try Measurement(
            importing: measured, file: "measurement.json", of: model, architecture: "",
            fingerprint: "",
            head: head)
          try allocate(measurement, AllocationRequest(.bitsPerWeight(5)))
          _ = try ExLlamaMeasurement(
            exporting: measurement, file: "measurement.json", of: model
          ).encoded()
        } catch let error as ExLlamaError {
          guard error.localizedDescription.contains("measurement.json") else { throw error }
        } catch is AllocationError {}
      }
    }
  }
}
