import BitAllocation
import Foundation
import Tensors

/// Lets strategies allocate at several sizes, and measures what their allocations do to the model's
/// predictions.
package struct ComparisonJob: Sendable {
  package let measurement: BitAllocation.Measurement
  package let contenders: [Contender]
  /// A request per size.
  private let requests: [AllocationRequest]

  /// Every contender by every size.
  private typealias Documents = [[AllocationDocument]]

  /// `request` says everything but the size, which is in bits per weight. The first contender is what
  /// the others are held against.
  package init(
    _ measurement: BitAllocation.Measurement, request: AllocationRequest, bitsPerWeight: [Double],
    contenders: [Contender]
  ) {
    self.measurement = measurement
    self.contenders = contenders
    requests = bitsPerWeight.map { bits in
      var request = request
      request.budget = .bitsPerWeight(bits)
      return request
    }
  }

  /// Allocates; a unit is a strategy. The documents are by contender and size.
  ///
  /// Throws `AllocationError` where a size can't be reached or the request doesn't fit.
  package func run(
    observer: JobObserver
  ) throws -> (comparison: Comparison, documents: [[AllocationDocument]]) {
    observer(.began(job: "Allocating", units: contenders.count, done: 0))
    // Estimating errors takes longer than allocating.
    let problems = try requests.map { try AllocationProblem(measurement, $0) }
    for problem in problems { try problem.checkBudget() }
    var (documents, seconds): (Documents, [[Double]]) = ([], [])
    for contender in contenders {
      var times: [Double] = []
      documents.append(
        try zip(requests, problems).map { request, problem in
          var (request, problem) = (request, problem)
          if contender.strategy is WorstStratumStrategy {
            // It needs errors by kind of text.
            request.objective = .worstStratum
            problem = try AllocationProblem(measurement, request)
          }
          let start = ContinuousClock.now
          let allocation = try contender.strategy.allocate(problem)
          times.append((ContinuousClock.now - start) / .seconds(1))
          return AllocationDocument(
            allocation, of: problem, from: measurement, request: request,
            strategy: contender.strategy)
        })
      seconds.append(times)
      observer(.finishedUnit(contender.name, note: ""))
    }
    return (comparison(documents, seconds: seconds, problems[0]), documents)
  }

  private func comparison(
    _ documents: Documents, seconds: [[Double]], _ problem: AllocationProblem
  ) -> Comparison {
    let weights = Double(problem.weights)
    return Comparison(
      layers: problem.layers.map {
        .init(name: $0.name, role: $0.role, block: $0.block, weights: $0.weights)
      },
      sizes: documents[0].map {
        .init(bitsPerWeight: $0.targetBitsPerWeight, budget: $0.budget, agreement: nil)
      },
      entries: zip(contenders, documents.indices).map { contender, row in
        .init(
          strategy: contender.name, summary: contender.strategy.summary, kind: contender.kind,
          cells: documents[row].indices.map { size in
            Comparison.Cell(
              documents[row][size], least: documents[0][size].predictedError,
              seconds: seconds[row][size])
          })
      },
      frontier: ExactSolver(problem.layers).frontier.map {
        .init(bitsPerWeight: Double($0.bits) / weights, error: $0.error)
      },
      agreement: nil)
  }
}

extension Comparison.Cell {
  fileprivate init(_ document: AllocationDocument, least: Double, seconds: Double) {
    bits = document.bits
    bitsPerWeight = document.bitsPerWeight
    error = document.predictedError
    relativeError = least > 0 ? error / least : 1
    self.seconds = seconds
    gap = document.certificate.map { $0.value > 0 ? $0.gap / $0.value : 0 }
    proven = document.certificate?.proven
    options = document.layers.map(\.option)
    layerBits = document.layers.map(\.bits)
    layerErrors = document.layers.map(\.error)
    measured = nil
  }
}
