extension Measurement {
  /// Throws the first thing that keeps this from being a measurement one can allocate from.
  package func validate() throws(DocumentProblem) {
    try calibration.validate()
    if let damping = settings.damping {
      try check(damping >= 0, "settings.damping", damping, "zero or more")
    }
    try check(model.blocks >= 0, "model.blocks", model.blocks, "zero or more")
    try check(
      AllocationProblem.layerCounts ~= layers.count, "the number of layers", layers.count,
      "between 1 and \(AllocationProblem.layerCounts.upperBound)")

    var names: Set<String> = []
    for layer in layers {
      guard names.insert(layer.name).inserted else { throw .duplicateLayer(layer.name) }
      try layer.validate(rows: calibration.rows, blocks: model.blocks)
    }

    let weights = layers.reduce(0) { $0 + $1.weights }
    try checkEqual("model.weights", stated: model.weights, computed: weights)
    for name in layers.flatMap({ $0.members ?? [] }) {
      guard names.insert(name).inserted else { throw .duplicateLayer(name) }
    }
    try storage?.validate()
  }
}

extension Measurement.Storage {
  fileprivate func validate() throws(DocumentProblem) {
    let sizes = 0...(1 << 50)
    let limit = "between 0 and \(sizes.upperBound)"
    try check(
      sizes ~= unquantizedBytes, "storage.unquantized_bytes", unquantizedBytes, limit)
    try check(sizes ~= headerBytes, "storage.header_bytes", headerBytes, limit)
    for part in cache {
      let counts = 0...Int(Int32.max)
      try check(counts ~= part.blocks, "storage.cache, blocks", part.blocks, "zero or more")
      try check(
        counts ~= part.numbersPerToken, "storage.cache, numbers_per_token", part.numbersPerToken,
        "zero or more")
      try check(
        counts ~= part.window ?? 0, "storage.cache, window", part.window ?? 0, "zero or more")
    }
  }
}

extension Measurement.Calibration {
  func validate() throws(DocumentProblem) {
    try check(rows >= 1, "calibration.rows", rows, "at least 1")
    try check(tokens >= 1, "calibration.tokens", tokens, "at least 1")
    try checkRows("calibration.row_strata", expected: rows, found: rowStrata.count)
    for stratum in rowStrata {
      try check(
        strata.indices ~= stratum, "calibration.row_strata", stratum,
        "an index into the \(strata.count) strata")
    }
    if let rowDocuments {
      try checkRows("calibration.row_documents", expected: rows, found: rowDocuments.count)
      for document in rowDocuments {
        try check(document >= 0, "calibration.row_documents", document, "zero or more")
      }
    }
  }
}

extension MeasuredLayer {
  /// Where layers share a decision, every option says what each of them gets.
  private func checkMembers(of option: MeasuredOption, _ place: String) throws(DocumentProblem) {
    let found = option.members ?? []
    try check(
      found.count == members?.count ?? 0, "\(place), members", found.count,
      "\(members?.count ?? 0), one per member of the layer")
    for member in found {
      try check(
        AllocationProblem.layerBits ~= member.bits, "\(place), members, bits", member.bits,
        "between 1 and \(AllocationProblem.layerBits.upperBound)")
    }
    if !found.isEmpty {
      try checkEqual(
        "\(place), bits", stated: option.bits, computed: found.reduce(0) { $0 + $1.bits })
    }
  }

  fileprivate func validate(rows: Int, blocks: Int) throws(DocumentProblem) {
    let layer = "layer '\(name)'"
    try check(
      block.map { 0..<blocks ~= $0 } ?? true, "\(layer), block", block ?? 0, "in 0..<\(blocks)")
    let sizes = 1...Int(Int32.max)
    try check(sizes ~= inputs, "\(layer), inputs", inputs, "between 1 and \(sizes.upperBound)")
    try check(sizes ~= outputs, "\(layer), outputs", outputs, "between 1 and \(sizes.upperBound)")
    try check(
      AllocationProblem.layerBits ~= weights, "\(layer), inputs times outputs", weights,
      "at most \(AllocationProblem.layerBits.upperBound)")
    try checkNumbers(reference, "\(layer), reference", rows: rows)
    if let gain {
      try check(gain >= 0 && gain.isFinite, "\(layer), gain", gain, "zero or more")
    }
    for (key, count) in [("tokens", tokens), ("borrowed_tokens", borrowedTokens)] {
      try check(count ?? 0 >= 0, "\(layer), \(key)", count ?? 0, "zero or more")
    }
    if let residual { try checkNumbers(residual, "\(layer), residual", rows: rows) }

    guard !options.isEmpty else { throw .noOptions(layer: name) }
    var names: Set<String> = []
    for option in options {
      guard names.insert(option.option).inserted else {
        throw .duplicateOption(option.option, layer: name)
      }
      let place = "\(layer), option '\(option.option)'"
      try check(
        AllocationProblem.layerBits ~= option.bits, "\(place), bits", option.bits,
        "between 1 and \(AllocationProblem.layerBits.upperBound)")
      try checkNumbers(option.errors, "\(place), errors", rows: rows)
      try checkMembers(of: option, place)
    }
  }
}

private func checkNumbers(
  _ numbers: [Float], _ place: String, rows: Int
) throws(DocumentProblem) {
  try checkRows(place, expected: rows, found: numbers.count)
  if let wrong = numbers.first(where: { !($0 >= 0 && $0.isFinite) }) {
    throw .invalidNumber(place: place, found: "\(wrong)", requirement: "finite and zero or more")
  }
}

private func checkRows(
  _ place: String, expected: Int, found: Int
) throws(DocumentProblem) {
  guard found == expected else {
    throw .wrongRowCount(place: place, expected: expected, found: found)
  }
}
