import BitAllocation
import Foundation
import Testing

import struct BitAllocation.Measurement

@Suite("A request")
struct RequestTests {
  private let o = "model.layers.0.self_attn.o_proj"

  private func problem(
    _ rules: [LayerRule], _ budget: Budget = .bitsPerWeight(3)
  ) throws -> AllocationProblem {
    try AllocationProblem(Measurement.sample, .init(budget, rules: rules))
  }

  @Test("leaves layers the options that rules allow")
  func appliesRules() throws {
    let all = ["2", "0.1:4b_128g/0.9:3b_128g s4"]
    for (rule, o, head) in [
      (LayerRule(.pin, "lm_head", .bitsPerWeight(4)), all, ["4"]),
      (LayerRule(.pin, "*", .bitsPerWeight(2.9)), ["2"], ["2"]),
      (LayerRule(.pin, "*", .bitsPerWeight(100)), [all[1]], ["4"]),
      (LayerRule(.min, "*.o_proj", .bitsPerWeight(2.1)), [all[1]], ["2", "4"]),
      (LayerRule(.max, "model.layers.?.*", .bitsPerWeight(2)), ["2"], ["2", "4"]),
      (LayerRule(.max, "model*proj", .option("2")), ["2"], ["2", "4"]),
      (LayerRule(.min, "lm_head", .option("4")), all, ["4"]),
      (LayerRule(.pin, "lm_head", .option("2")), all, ["2"]),
    ] {
      let layers = try problem([rule]).layers
      #expect(layers[0].options.map(\.name) == o, "\(rule.text)")
      #expect(layers[1].options.map(\.name) == head, "\(rule.text)")
    }
  }

  @Test func refusesRulesThatCannotBe() throws {
    func error(_ rules: LayerRule...) -> AllocationError? {
      #expect(throws: AllocationError.self) { try problem(rules) }
    }
    #expect(
      error(.init(.pin, "*.v_proj", .bitsPerWeight(4)))
        == .ruleWithoutLayer("--pin *.v_proj=4", example: o))
    #expect(
      error(.init(.min, "lm_head", .option("8")))
        == .unknownOption("8", layer: "lm_head", rule: "--min lm_head=8"))
    #expect(
      error(.init(.min, "lm_head", .bitsPerWeight(3)), .init(.max, "lm_*", .bitsPerWeight(2.5)))
        == .contradictoryRules(
          layer: "lm_head", rules: ["--min lm_head=3", "--max lm_*=2.5"], smallest: 2, largest: 4))
  }

  @Test(
    "matches names as shells do",
    arguments: [
      ("*", "", true), ("*", "anything", true), ("a*c", "abc", true), ("a*c", "ac", true),
      ("a*c", "abcd", false), ("*b*", "abc", true), ("a?c", "abc", true), ("a?c", "ac", false),
      ("*.v_proj", "x.v_proj.v_proj", true), ("a*b*c", "a1b2b3c", true), ("", "", true),
      ("", "a", false), ("ab", "abc", false), ("*a", "ba", true), ("*a", "ab", false),
    ])
  func matchesNames(pattern: String, name: String, expected: Bool) throws {
    var measurement = Measurement.sample
    measurement.layers[0].name = name
    measurement.layers[1].name = "§"
    let rules = [LayerRule(.pin, pattern, .bitsPerWeight(2))]
    let layers = try? AllocationProblem(measurement, .init(.bitsPerWeight(3), rules: rules)).layers
    #expect((layers?[0].options.count == 1) == expected)
  }

  @Test func weighsByDepth() throws {
    var measurement = Measurement.sample
    measurement.model.blocks = 5
    measurement.layers =
      (0..<5).map { block in
        var layer = Measurement.sample.layers[0]
        (layer.block, layer.name) = (block, "layer \(block)")
        return layer
      } + [Measurement.sample.layers[1]]
    func factors(_ depth: DepthWeights) throws -> [Double] {
      let plain = try AllocationProblem(measurement, .init(.bitsPerWeight(3)))
      let weighed = try AllocationProblem(measurement, .init(.bitsPerWeight(3), depth: depth))
      return zip(plain.layers, weighed.layers).map { $1.options[0].error / $0.options[0].error }
    }
    #expect(try factors(DepthWeights(first: 0.5)) == [1.5, 1.375, 1.25, 1.125, 1, 1])
    #expect(try factors(DepthWeights(curve: [2, 1, 4])) == [2, 1.5, 1, 2.5, 4, 4])
  }

  @Test func weighsBySensitivity() throws {
    let plain = try problem([])
    let weighed = try AllocationProblem(
      Measurement.sample, .init(.bitsPerWeight(3), sensitivities: ["lm_head": 3]))
    #expect(weighed.layers[0] == plain.layers[0])
    for (option, other) in zip(plain.layers[1].options, weighed.layers[1].options) {
      #expect(other.error == 3 * option.error)
    }
    #expect(throws: AllocationError.sensitivityOfUnknownLayer("x")) {
      try AllocationProblem(
        Measurement.sample, .init(.bitsPerWeight(3), sensitivities: ["x": 3]))
    }
  }

  @Test func knowsTheKindsOfTextByName() throws {
    #expect(throws: AllocationError.unknownStratum("poems", known: ["text", "code"])) {
      try AllocationProblem(
        Measurement.sample, .init(.bitsPerWeight(3), strata: ["code": 1, "poems": 2]))
    }
  }

  @Test("counts what the budget says")
  func countsWhatTheBudgetSays() throws {
    var measurement = Measurement.sample
    func budget(_ budget: Budget, _ rules: [LayerRule] = []) throws -> Int {
      try AllocationProblem(measurement, .init(budget, rules: rules)).budget
    }
    #expect(try budget(.bitsPerWeight(3.5)) == 672)
    #expect(throws: AllocationError.unpinnedHead("lm_head")) {
      try budget(.decoderBitsPerWeight(3))
    }
    // 64 weights of 3 bits, and the head's 512.
    let pin = LayerRule(.pin, "lm_head", .bitsPerWeight(4))
    #expect(try budget(.decoderBitsPerWeight(3), [pin]) == 64 * 3 + 512)
    #expect(throws: AllocationError.unreachable(layers: 1, bitsPerWeight: 5, reachable: 2...4)) {
      try budget(.decoderBitsPerWeight(5), [pin])
    }

    #expect(throws: AllocationError.unknownStorage) { try budget(.fileBytes(1000)) }
    measurement.storage = .init(
      unquantizedBytes: 900, headerBytes: 20,
      cache: [
        .init(blocks: 3, numbersPerToken: 10, window: nil),
        .init(blocks: 1, numbersPerToken: 10, window: 4),
      ])
    #expect(try budget(.fileBytes(920 + 60)) == 480)
    #expect(
      throws: AllocationError.tooFewBytes(bytes: 967, besides: 920, reachable: 968...1016)
    ) { try budget(.fileBytes(967)) }
    #expect(try budget(.fileBytes(968)) == 384)
    // More than all is all.
    #expect(try budget(.fileBytes(5000)) == 768)
    // 8 tokens in three blocks, 4 in the fourth, of 10 numbers of 2 bytes.
    let cache = 3 * 8 * 10 * 2 + 4 * 10 * 2
    #expect(
      try budget(.memory(.init(bytes: 920 + cache + 100 + 60, context: 8, overhead: 100))) == 480)
    #expect(
      try budget(
        .memory(.init(bytes: 920 + cache / 4 + 60, context: 8, cacheBits: 4, overhead: 0))) == 480)
  }

  static let impossible = [
    AllocationRequest(.bitsPerWeight(.nan)), AllocationRequest(.fileBytes(.max)),
    AllocationRequest(.fileBytes(.min)),
    AllocationRequest(.bitsPerWeight(4), objective: .power(-400)),
    AllocationRequest(.memory(.init(bytes: 1, context: .max, cacheBits: 16, overhead: 0))),
    AllocationRequest(.memory(.init(bytes: 1, context: 1, cacheBits: 1 << 50, overhead: 0))),
    AllocationRequest(.bitsPerWeight(4), objective: .lexicographic(slack: -1.5)),
    AllocationRequest(.bitsPerWeight(4), sensitivities: ["lm_head": 1e200]),
    AllocationRequest(.bitsPerWeight(4), sensitivities: ["lm_head": -1]),
    AllocationRequest(.bitsPerWeight(4), depth: .init(curve: [1e200, 1])),
    AllocationRequest(.bitsPerWeight(4), rules: [.init(.min, "x", .bitsPerWeight(9.3e18))]),
  ]

  @Test("from a file is refused where nothing can come of it", arguments: impossible)
  func refusesWhatNothingCanComeOf(request: AllocationRequest) throws {
    var document = try AllocationDocument.sample()
    document.request = request
    #expect(throws: DocumentProblem.self) { try document.validate() }
  }

  @Test func refusesACurveOfOnePoint() throws {
    let text = String(decoding: try AllocationDocument.sample().encoded(), as: UTF8.self)
      .replacing("\"request\": {", with: "\"request\": {\"depth\":{\"curve\":[1]},")
    #expect(
      try BitAllocationTests.problem(reading: AllocationDocument.self, from: text)
        == .invalidNumber(
          place: "request.depth, the number of values", found: "1", requirement: "at least 2"))
  }

  @Test func refusesErrorsThatNoNumberHolds() throws {
    #expect(throws: AllocationError.self) {
      try AllocationProblem(
        Measurement.sample,
        .init(.bitsPerWeight(3), objective: .power(4), depth: .init(curve: [1e300, 1e300])))
    }
    let rule = LayerRule(.min, "lm_head", .bitsPerWeight(1e19))
    #expect(throws: AllocationError.self) { try problem([rule]) }
  }

  @Test func refusesPinsThatContradictEachOther() throws {
    let pins = [
      LayerRule(.pin, "*", .bitsPerWeight(2)), LayerRule(.pin, "lm_head", .bitsPerWeight(4)),
    ]
    #expect(throws: AllocationError.self) { try problem(pins) }
    #expect(throws: AllocationError.self) { try problem(pins.reversed()) }
  }

  @Test(
    "survives being written and read",
    arguments: [
      AllocationRequest(.bitsPerWeight(4.25)),
      AllocationRequest(.decoderBitsPerWeight(2), objective: .power(1.5)),
      AllocationRequest(.fileBytes(1 << 40), objective: .lexicographic(slack: 0.3)),
      AllocationRequest(
        .memory(.init(bytes: 5, context: 4, cacheBits: 8, overhead: 3)), objective: .minMax,
        estimator: .ratioOfSums, shrinks: true, scale: .output, strata: ["a": 0.5],
        depth: .init(first: 1), sensitivities: ["b": 2],
        rules: [.init(.pin, "*", .option("x")), .init(.max, "?", .bitsPerWeight(3.5))]),
      AllocationRequest(.bitsPerWeight(1), objective: .worstStratum),
    ])
  func survives(request: AllocationRequest) throws {
    let data = try JSONEncoder().encode(request)
    #expect(try JSONDecoder().decode(AllocationRequest.self, from: data) == request)
  }
}
