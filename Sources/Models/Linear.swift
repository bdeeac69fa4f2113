/// One weight matrix, `y = W x + b`: the thing we quantize.
package struct Linear: Sendable, Hashable {
  /// The layer's name in a checkpoint that stores it by itself, such as
  /// "model.layers.0.self_attn.q_proj".
  package var name: String
  /// Features it reads.
  package let inputs: Int
  /// Features it puts out.
  package let outputs: Int
  /// Where the weights are.
  package let weight: StoredRows
  /// Where the bias is, if there is one.
  package let bias: StoredRows?
  /// What a fused projection consists of, in the order in which its sublayer wants them; empty for
  /// a layer that is one. Their rows are counted in this layer.
  package let parts: [Part]
  /// Whether its inputs are quantized in their own order, and not the most important first: some
  /// runtimes can't have it otherwise.
  package var keepsInputOrder = false

  /// One of the projections in a fused one.
  package struct Part: Sendable, Hashable {
    /// The name the projection has where it stands alone.
    package let name: String
    /// Its outputs among those of the fused layer.
    package let rows: RowRuns

    package init(_ name: String, rows: RowRuns) { (self.name, self.rows) = (name, rows) }
  }

  /// A layer whose weights fill the tensor `weightTensor`, by default "`name`.weight", (out, in).
  package init(
    _ name: String, in inputs: Int, out outputs: Int, bias: Bool = false,
    weightTensor: String? = nil, parts: [Part] = []
  ) {
    self.init(
      name, in: inputs,
      weight: StoredRows(
        weightTensor ?? "\(name).weight", shape: [outputs, inputs], rows: RowRuns(0..<outputs)),
      bias: bias ? StoredRows("\(name).bias", shape: [outputs], rows: RowRuns(0..<outputs)) : nil,
      parts: parts)
  }

  /// A layer whose weights are rows of something larger.
  package init(
    _ name: String, in inputs: Int, weight: StoredRows, bias: StoredRows? = nil, parts: [Part] = []
  ) {
    self.name = name
    self.inputs = inputs
    outputs = weight.rows.total
    self.weight = weight
    self.bias = bias
    self.parts = parts
  }

  /// Whether something is added to the product.
  package var hasBias: Bool { bias != nil }

  /// The last part of the name, which says what the layer does: "q_proj".
  package var role: String { String(name.split(separator: ".").last ?? "") }

  /// Weights, biases not counted.
  package var weightCount: Int { inputs * outputs }

  /// A fused projection as the layers it consists of, another layer as itself.
  package var split: [Linear] {
    guard !parts.isEmpty else { return [self] }
    return parts.map { part in
      Linear(
        part.name, in: inputs, weight: weight.part(part.rows), bias: bias?.part(part.rows))
    }
  }
}

/// Some rows of a tensor of a checkpoint. Of a tensor of three dimensions the first two count as
/// rows.
package struct StoredRows: Sendable, Hashable {
  /// The tensor's name.
  package let tensor: String
  /// The whole tensor's.
  package let shape: [Int]
  /// Which rows of it.
  package let rows: RowRuns

  package init(_ tensor: String, shape: [Int], rows: RowRuns) {
    (self.tensor, self.shape, self.rows) = (tensor, shape, rows)
  }

  /// Some of these rows. They must be consecutive themselves.
  func part(_ part: RowRuns) -> StoredRows {
    precondition(rows.count == 1, "parts of parts")
    return StoredRows(tensor, shape: shape, rows: part.shifted(by: rows.first))
  }
}
