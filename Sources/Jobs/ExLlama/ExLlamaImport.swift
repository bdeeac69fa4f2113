import BitAllocation
import Formats
import Models
import Quantization

import struct BitAllocation.Measurement

extension Measurement {
  /// What ExLlamaV2 measured, as a measurement in which the layers of a module share one decision.
  ///
  /// Its errors are relative to the hidden states behind a module, as those of scale `residual` are
  /// here; of blocks whose halves run side by side, to the halves' own outputs. Only their mean
  /// over all rows is known, so there is one row. The head, which it doesn't measure, gets the one
  /// option `head`. `file` is the path that messages have. Throws `ExLlamaError` if the file
  /// and the model don't fit each other.
  package init(
    importing measured: ExLlamaMeasurement, file: String, of modules: ExLlamaModules,
    architecture: String, fingerprint: String, head: QParams
  ) throws {
    try measured.check(against: modules, file: file)
    let layers =
      try modules.measured.map { module in
        guard let options = measured.options(of: module) else {
          throw ExLlamaError.missingModule(file: file, module: module.fileKey)
        }
        return try module.layer(options, file: file)
      } + [Self.head(modules.head, head)]
    self.init(
      model: Model(
        architecture: architecture, blocks: (modules.measured.last?.block ?? -1) + 1,
        weights: layers.reduce(0) { $0 + $1.weights }, fingerprint: fingerprint),
      calibration: .exLlama,
      settings: Settings(
        format: EXL2Format().name, menu: "measurement.json", damping: nil, sketch: 0,
        kernel: "ExLlamaV2"),
      layers: layers)
  }

  private static func head(_ head: Linear, _ option: QParams) throws -> MeasuredLayer {
    let bits = try option.storedBits(
      inputs: head.inputs, outputs: head.outputs, hasBias: head.hasBias)
    return MeasuredLayer(
      name: head.name, block: nil, role: head.role, inputs: head.inputs, outputs: head.outputs,
      reference: [1], residual: [1], gain: 1,
      options: [MeasuredOption(option: option.description, bits: bits, errors: [0])])
  }
}

extension Measurement.Calibration {
  /// The text that ExLlamaV2 measured on, of which its file says nothing.
  fileprivate static let exLlama = Measurement.Calibration(
    rows: 1, tokens: 2048, seed: 0, sources: ["ExLlamaV2"], strata: ["ExLlamaV2"], rowStrata: [0],
    randomRows: 0, fingerprint: "")

  /// Whether it is unknown what the rows were, so that they can't be made again.
  package var isImported: Bool { self == .exLlama }
}

extension ExLlamaMeasurement {
  /// Throws unless the file has all of the model and nothing else.
  fileprivate func check(against modules: ExLlamaModules, file: String) throws {
    let known = Set(modules.fileKeys)
    let unknown = entries.first { $0.content != .nothing && !known.contains($0.key) }
    if let unknown { throw ExLlamaError.unknownModule(file: file, module: unknown.key) }
    guard lastModuleIndex >= modules.lastIndex else {
      throw ExLlamaError.unfinished(
        file: file, last: lastModuleIndex, expected: modules.lastIndex)
    }
  }
}

extension ExLlamaModule {
  /// The module as one entry of a measurement.
  fileprivate func layer(
    _ options: [ExLlamaMeasurement.Option], file: String
  ) throws -> MeasuredLayer {
    // A module's layers begin and end with hidden states, so that these divide its weights.
    let hidden = linears[0].inputs
    var names: [String: Int] = [:]
    return MeasuredLayer(
      name: name, block: block, role: kind.rawValue, inputs: hidden, outputs: weights / hidden,
      reference: [1], residual: [1], gain: 1, members: linears.map(\.name),
      options: try options.enumerated().map { index, option in
        var measured = try self.option(option, place: "\(file), '\(name)', option \(index)")
        // A file may have one twice.
        let count = names[measured.option, default: 0] + 1
        names[measured.option] = count
        if count > 1 { measured.option += " (\(count))" }
        return measured
      })
  }

  private func option(
    _ option: ExLlamaMeasurement.Option, place: String
  ) throws -> MeasuredOption {
    let layouts = try projections.map { projection in
      guard let layout = option[projection] else {
        throw ExLlamaError.missingLayout(place, projection: projection)
      }
      return layout
    }
    let bits = try memberBits(layouts)
    let sum = bits.reduce(0, +)
    guard sum == option.totalBits else {
      throw ExLlamaError.differentBits(place, found: option.totalBits, expected: sum)
    }
    let error = 1 - option.accuracy
    return MeasuredOption(
      option: optionName(layouts), bits: sum, errors: [Float(error * error)],
      members: bits.enumerated().map { index, bits in
        .init(option: layouts[index % layouts.count].description, bits: bits)
      })
  }

  /// Which layout the projections get: "1:8b_128g s4" where they all get the same, else
  /// "q_proj,k_proj,o_proj=1:4b_128g s4, v_proj=1:4b_64g s4".
  private func optionName(_ layouts: [QParams]) -> String {
    var different: [QParams] = []
    for layout in layouts where !different.contains(layout) { different.append(layout) }
    guard different.count > 1 else { return layouts[0].description }
    return different.map { layout in
      let same = zip(projections, layouts).filter { $0.1 == layout }.map(\.0)
      return "\(same.joined(separator: ","))=\(layout)"
    }.joined(separator: ", ")
  }
}
