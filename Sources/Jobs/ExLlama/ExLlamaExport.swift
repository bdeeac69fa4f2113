import BitAllocation
import Formats
import Foundation
import Models
import Quantization

import struct BitAllocation.Measurement

extension ExLlamaMeasurement {
  /// A measurement as ExLlamaV2 would have made it: for every module the options that are best for
  /// it alone, the cheapest first.
  ///
  /// These are the corners of the lower convex hull of all combinations of the layers' options. A
  /// measurement that came from ExLlamaV2 keeps the options it has. `file` is the path that
  /// messages have. Throws `ExLlamaError` if the measurement and the model don't fit each other.
  package init(
    exporting measurement: Measurement, file: String, of modules: ExLlamaModules
  ) throws {
    let decisions = try Decisions(measurement, file: file)
    try self.init(modules) { try decisions.options(of: $0) }
  }

  /// An allocation as a measurement with one option per module, which leaves ExLlamaV2's converter
  /// no choice.
  ///
  /// Accuracies follow from the errors as the allocation's objective weighs them; the converter
  /// only prints them. Throws `ExLlamaError` if the allocation doesn't fit the model or gives the
  /// experts of a block different options.
  package init(
    exporting document: AllocationDocument, file: String, of modules: ExLlamaModules
  ) throws {
    let plan = AllocatedPlan(document, file: file)
    try self.init(modules) { [try plan.option(of: $0)] }
  }

  /// The file of a model, with a module's options from a function.
  private init(
    _ modules: ExLlamaModules, _ options: (ExLlamaModule) throws -> [Option]
  ) throws {
    let pairs = try modules.measured.map { ($0, try options($0)) }
    let byKey = Dictionary(grouping: pairs) { $0.0.fileKey }
    entries = modules.fileKeys.map { key in
      guard let pairs = byKey[key] else { return Entry(key: key, content: .nothing) }
      guard pairs[0].0.isParallel else { return Entry(key: key, content: .options(pairs[0].1)) }
      func half(_ isAttention: Bool) -> [Option] {
        pairs.first { ($0.0.kind == .attention) == isAttention }?.1 ?? []
      }
      return Entry(
        key: key, content: .parallel(attention: half(true), feedForward: half(false)))
    }
    lastModuleIndex = modules.lastIndex
  }
}

extension ExLlamaModule {
  /// An option of the module: a layout per projection and the squared relative error.
  func option(_ layouts: [QParams], squaredError: Double) throws -> ExLlamaMeasurement.Option {
    ExLlamaMeasurement.Option(
      accuracy: ExLlamaMeasurement.accuracy(squaredError: squaredError),
      totalBits: try memberBits(layouts).reduce(0, +),
      layouts: zip(projections, layouts).map { .init($0, $1) })
  }

  /// What all experts get for a projection, given what each layer gets.
  func layout(
    of projection: Int, in file: String, option: (Linear) throws -> String
  ) throws -> QParams {
    let linears = linears(of: projection)
    let options = try linears.map(option)
    var different: [String] = []
    for option in options where !different.contains(option) { different.append(option) }
    guard different.count == 1 else {
      throw ExLlamaError.expertsDiffer(
        module: name, projection: projections[projection], options: different)
    }
    do {
      return try QParams(parsing: options[0])
    } catch {
      throw ExLlamaError.unusableOption(
        file: file, layer: linears[0].name, reason: error.localizedDescription)
    }
  }
}

/// The choices of an allocation, by layer.
private struct AllocatedPlan {
  private let options: [String: String]
  /// The error of a decision, by the first of its layers.
  private let errors: [String: Double]
  private let file: String

  init(_ document: AllocationDocument, file: String) {
    self.file = file
    options = Dictionary(document.options.map { ($0.layer, $0.option) }) { first, _ in first }
    let errors = document.layers.map { ($0.members?.first?.name ?? $0.name, $0.error) }
    self.errors = Dictionary(errors) { first, _ in first }
  }

  func option(of module: ExLlamaModule) throws -> ExLlamaMeasurement.Option {
    let layouts = try module.projections.indices.map { projection in
      try module.layout(of: projection, in: file) { linear in
        guard let option = options[linear.name] else {
          throw ExLlamaError.missingLayer(file: file, layer: linear.name)
        }
        return option
      }
    }
    let error = module.linears.reduce(0) { $0 + (errors[$1.name] ?? 0) }
    return try module.option(layouts, squaredError: error)
  }
}
