import BitAllocation
import Checkpoints
import Formats
import Foundation
import Jobs
import Models
import Tensors
import TestSupport
import Testing

@Suite("An allocation's evaluation without files")
struct AllocationEvaluationTests {
  /// The allocation that gives layers the options in turn.
  private func mixed(_ session: TinySession) throws -> AllocationDocument {
    let measurement = try session.measurement(sketch: 8)
    let request = AllocationRequest(.bitsPerWeight(16))
    let problem = try AllocationProblem(measurement, request)
    return AllocationDocument(
      Allocation(choices: problem.layers.indices.map { $0 % 4 }), of: problem, from: measurement,
      request: request, strategy: UniformStrategy())
  }

  /// Windows of another length than the calibration rows', with tokens that aren't scored.
  private let windows = randomWindows(5, tokens: 40, vocabulary: 301, seed: 5)
    .map { Array($0.prefix(20)) + [0] + $0.dropFirst(21) }

  @Test(
    "is that of the converted folder, to the last bit",
    arguments: ["plain", "biased", "experts", "tied", "long"])
  func isThatOfTheFolder(kind: String) throws {
    let session = try TinySession {
      switch kind {
      case "biased": $0.attentionBias = true
      case "experts": $0.experts = 4
      case "tied": $0.isTied = true
      case "long":
        // Angles depend on whether a sequence is longer than 40.
        $0.extra["max_position_embeddings"] = "40"
        $0.extra["rope_scaling"] = #"{"rope_type": "dynamic", "factor": 4.0}"#
      default: break
      }
    }
    let document = try mixed(session)
    let evaluation = try AllocationEvaluation(
      session.opened, rows: session.rows, windows: windows, unscored: 0, observer: { _ in })
    let scores = try evaluation.scores(of: document) { _ in }
    #expect(scores.map(\.tokens) == [38, 38, 38, 38, 38])

    let converted = try session.converted(document)
    let expected = try EvaluateJob(
      model: converted.model, reference: session.model, windows: windows, unscored: 0
    ).run { _ in }
    #expect(try evaluation.evaluation(of: scores) == expected)
    #expect(try #require(expected.divergence).value > 1e-3)
  }

  @Test func tellsAllocationsApartAndRemembersNone() throws {
    let session = try TinySession()
    let measurement = try session.measurement(sketch: 8)
    let evaluation = try AllocationEvaluation(
      session.opened, rows: session.rows, windows: windows, unscored: 0, observer: { _ in })
    func scores(_ option: Int) throws -> [WindowScore] {
      try evaluation.scores(
        of: session.allocation(TinySession.options[option], from: measurement)
      ) { _ in }
    }
    let (eight, two) = (try scores(0), try scores(3))
    #expect(try scores(0) == eight)
    let values = try [eight, two].map {
      try #require(evaluation.evaluation(of: $0).divergence).value
    }
    #expect(values[0] * 64 < values[1])
  }

  @Test func needsSomethingToPredict() throws {
    let session = try TinySession()
    func evaluation(_ windows: [[Int32]]) throws -> AllocationEvaluation {
      try AllocationEvaluation(
        session.opened, rows: session.rows, windows: windows, unscored: 0, observer: { _ in })
    }
    #expect(throws: JobError.nothingToPredict(tokens: 1)) { try evaluation([[0, 1], [0]]) }
    let silent = try evaluation([[1, 0]])
    let document = try session.allocation(
      TinySession.options[1], from: session.measurement(sketch: 8))
    let scores = try silent.scores(of: document) { _ in }
    #expect(throws: JobError.nothingToPredict(tokens: 1)) { try silent.evaluation(of: scores) }
  }
}
