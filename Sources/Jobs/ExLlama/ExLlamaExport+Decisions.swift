import BitAllocation
import Models
import Quantization

import struct BitAllocation.Measurement

/// What a measurement lets be decided, by layer.
struct Decisions {
  private let measurement: Measurement
  /// The same with one error per option.
  private let problem: AllocationProblem
  /// The index of the decision about a layer.
  private let places: [String: Int]
  private let file: String

  init(_ measurement: Measurement, file: String) throws {
    self.measurement = measurement
    self.file = file
    // The budget doesn't matter.
    problem = try AllocationProblem(measurement, AllocationRequest(.bitsPerWeight(1)))
    let pairs = measurement.layers.enumerated().flatMap { index, layer in
      (layer.members ?? [layer.name]).map { ($0, index) }
    }
    places = Dictionary(pairs) { first, _ in first }
  }

  /// The options of a module that are worth having.
  func options(of module: ExLlamaModule) throws -> [ExLlamaMeasurement.Option] {
    let decisions = try module.pathways.map { linears in
      try linears.map { linear in
        guard let place = places[linear.name] else {
          throw ExLlamaError.missingLayer(file: file, layer: linear.name)
        }
        return place
      }
    }
    let first = decisions[0][0]
    guard measurement.layers[first].members != nil else { return try corners(module, decisions) }
    return try tied(module, decision: first)
  }

  /// The options of a decision about all of the module, as they are.
  private func tied(
    _ module: ExLlamaModule, decision: Int
  ) throws -> [ExLlamaMeasurement.Option] {
    let layer = measurement.layers[decision]
    let members = layer.members ?? []
    guard Set(members) == Set(module.linears.map(\.name)) else {
      throw ExLlamaError.tiedOtherwise(file: file, layer: layer.name, module: module.name)
    }
    return try zip(layer.options, problem.layers[decision].options).map { measured, option in
      let names = (measured.members ?? []).map(\.option)
      let byName = Dictionary(zip(members, names)) { first, _ in first }
      let layouts = try module.projections.indices.map { projection in
        try module.layout(of: projection, in: file) { byName[$0.name] ?? "" }
      }
      return try module.option(layouts, squaredError: option.error)
    }
  }

  /// The best combinations of the options of a module's layers, given the decision about each.
  private func corners(
    _ module: ExLlamaModule, _ decisions: [[Int]]
  ) throws -> [ExLlamaMeasurement.Option] {
    let layers = try module.projections.indices.map { projection -> AllocationProblem.Layer in
      let same = decisions.map { $0[projection] }
      if let tied = same.first(where: { measurement.layers[$0].members != nil }) {
        throw ExLlamaError.tiedOtherwise(
          file: file, layer: measurement.layers[tied].name, module: module.name)
      }
      return Self.together(same.map { self.problem.layers[$0] })
    }
    let problem = AllocationProblem(layers: layers, budget: 0)
    return try problem.corners.map { corner in
      let chosen = corner.options(in: problem)
      let layouts = try chosen.indices.map { projection in
        try module.layout(of: projection, in: file) { _ in chosen[projection].name }
      }
      return try module.option(layouts, squaredError: chosen.reduce(0) { $0 + $1.error })
    }
  }

  /// Experts that get the same option: what they take and lose together under each that all have.
  private static func together(_ layers: [AllocationProblem.Layer]) -> AllocationProblem.Layer {
    var sum = layers[0]
    sum.options = layers[0].options.compactMap { option in
      let same = layers.compactMap { layer in layer.options.first { $0.name == option.name } }
      guard same.count == layers.count else { return nil }
      return AllocationProblem.Option(
        name: option.name, bits: same.reduce(0) { $0 + $1.bits },
        error: same.reduce(0) { $0 + $1.error })
    }
    return sum
  }
}
