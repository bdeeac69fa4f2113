import Jobs

/// What `bpw inspect` says about a folder.
struct InspectionReport {
  let inspection: ModelInspection

  func print(_ reporting: ReportingOptions, to console: Console) throws {
    if reporting.json {
      console.result(try Report("inspect", inspection).text())
      return
    }
    for (name, value) in facts { console.result(name.paddedLabel + " " + value) }
    for group in inspection.blocks {
      console.result("")
      console.result(title(of: group.indices))
      for line in lines(of: group.structure) { console.result("  " + line) }
    }
    console.result("")
    console.result("Head")
    console.result(
      "  " + ([words(inspection.head)] + inspection.frame.words).joined(separator: ", "))
    guard !inspection.unusual.isEmpty else { return }
    console.result("")
    console.result("Worth knowing")
    for remark in inspection.unusual {
      console.result("  - \(remark.hasSuffix(".") ? remark : remark + ".")")
    }
  }

  private var facts: [(String, String)] {
    let count = inspection.blocks.reduce(0) { $0 + $1.indices.count }
    let parameters = inspection.parameters
    let active =
      parameters.activeLinear == parameters.linear
      ? "" : ", of which a token uses \(parameters.activeLinear.shortened)"
    let quantization = inspection.quantization.map {
      [("Quantized", "\($0.format), \($0.bitsPerWeight.formatted(digits: 4)) bits per weight")]
    }
    return [
      (
        "Model",
        inspection.architecture + (inspection.modelType.map { " (\($0))" } ?? "")
          + ", \(count) \(count == 1 ? "block" : "blocks"), \(inspection.hiddenSize) wide"
      ),
      (
        "Parameters",
        "\(parameters.total.shortened): \(parameters.linear.shortened) in linear layers\(active), "
          + "\(parameters.embedding.shortened) in embeddings, \(parameters.other.shortened) others"
      ),
      (
        "Storage",
        "\(inspection.storage.bytes.shortenedBytes) in \(inspection.storage.tensors) tensors: "
          + inspection.storage.types.map(\.type).joined(separator: ", ")
      ),
      ("Positions", "\(inspection.maximumPositions)"),
      ("Vocabulary", "\(inspection.vocabularySize)"),
      ("Tokenizer", inspection.tokenizer?.words ?? "none that can be used"),
      (
        "Counted",
        "\(inspection.parameters.counted) weights, the head's included, when it is about bits per weight"
      ),
    ] + (quantization ?? [("Formats", formats)])
  }

  private var formats: String {
    inspection.formats.isEmpty ? "none" : inspection.formats.joined(separator: ", ")
  }

  private func title(of indices: [Int]) -> String {
    let isRun = indices.count > 2 && indices.last! - indices[0] == indices.count - 1
    let names =
      isRun
      ? "\(indices[0]) to \(indices.last!)" : indices.map(String.init).joined(separator: ", ")
    return indices.count == 1 ? "Block \(names)" : "Blocks \(names)"
  }

  private func lines(of block: BlockFacts) -> [String] {
    let order = block.runsSideBySide ? ["attention and feed-forward side by side"] : []
    let stages = block.stages.map { stage in
      let layers = stage.layers.map(words).joined(separator: "; ")
      return "  " + (stage.count == 1 ? "" : "\(stage.count) × ") + layers
    }
    return block.attention.map { "attention: \($0.words)" }
      + block.feedForward.map { "feed-forward: \($0.words)" } + order
      + ["layers, those with the same input in one line:"] + stages
  }

  private func words(_ layer: LayerFacts) -> String {
    let parts = layer.parts.isEmpty ? "" : " (\(layer.parts.joined(separator: ", ")))"
    return "\(layer.name)\(parts) \(layer.inputs) → \(layer.outputs)"
      + (layer.hasBias ? " + bias" : "")
  }
}

extension TokenizerFacts {
  fileprivate var words: String {
    func token(_ role: String, _ text: String?, _ id: Int32?) -> String {
      guard let text, let id else { return "no \(role)" }
      return "\(role) '\(text)' (\(id))"
    }
    return "\(model), \(tokens) tokens, \(token("BOS", bos, bosID)), \(token("EOS", eos, eosID))"
  }
}

extension Int {
  /// "3.2 M".
  fileprivate var shortened: String {
    let units = [(1e12, " T"), (1e9, " B"), (1e6, " M"), (1e3, " K")]
    for (unit, name) in units where Double(self) >= unit {
      return (Double(self) / unit).formatted(digits: 3) + name
    }
    return "\(self)"
  }

  /// "3.2 MB".
  fileprivate var shortenedBytes: String {
    let units = [(1e12, " TB"), (1e9, " GB"), (1e6, " MB"), (1e3, " KB")]
    for (unit, name) in units where Double(self) >= unit {
      return (Double(self) / unit).formatted(digits: 3) + name
    }
    return "\(self) bytes"
  }
}
