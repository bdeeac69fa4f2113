import Checkpoints
import Formats
import Models
import Quantization
import Tensors
import TestSupport
import Testing

@Suite("The EXL2 format")
struct EXL2FormatTests {
  private let folder = try! TemporaryFolder()

  @Test("writes the tensors it announced", arguments: TinyKind.allCases)
  func writesWhatItAnnounced(kind: TinyKind) throws {
    let conversion = try TinyConversion(kind.model, in: folder.url)
    let description = conversion.original.description
    let announced = try conversion.format.tensors(
      of: description, options: conversion.options)
    #expect(Set(announced.map(\.name)).count == announced.count)
    for linear in description.linears {
      #expect(
        try conversion.encoded(linear).map(\.description)
          == announced.filter {
            $0.name.hasPrefix("\(linear.name).q_")
          })
    }
    let checkpoint = try conversion.write(to: folder["out"])
    #expect(
      try checkpoint.tensorNames.map(checkpoint.description)
        == announced.sorted { $0.name < $1.name })
  }

  @Test("gives back the weights that codes stand for, bit for bit", arguments: TinyKind.allCases)
  func givesBackTheWeights(kind: TinyKind) throws {
    let conversion = try TinyConversion(kind.model, in: folder.url)
    let opened = try OpenedModel(conversion.write(to: folder["out"]))
    #expect(opened.format?.name == "exl2")
    let linears = opened.model.description.linears
    #expect(linears.map(\.name) == conversion.original.description.linears.map(\.name))
    // A tied head is a layer of its own now.
    for (linear, original) in zip(linears, conversion.original.description.linears) {
      #expect(
        try opened.model.weights.weights(of: linear) == conversion.quantized(original).weights())
    }
  }

  @Test("rounds everything else to 16 bits", arguments: TinyKind.allCases)
  func roundsEverythingElse(kind: TinyKind) throws {
    let conversion = try TinyConversion(kind.model, in: folder.url)
    let (original, description) = (conversion.original.weights, conversion.original.description)
    let written = try OpenedModel(conversion.write(to: folder["out"])).model.weights
    let runtime = conversion.format.runtimeWeights(original)
    #expect(description.plainTensors.count == description.norms.count)
    for tensor in description.plainTensors {
      func values(_ source: any WeightSource) throws -> [Float] {
        try source.floats(tensor.tensor, shape: tensor.shape)
      }
      let expected = NumberFormat.roundedToBinary16(try values(original))
      #expect(try values(written) == expected)
      #expect(try values(runtime) == expected)
    }
    for linear in description.linears {
      let expected = try original.bias(of: linear).map(NumberFormat.roundedToBinary16)
      #expect(linear.hasBias == (expected != nil))
      #expect(try written.bias(of: linear) == expected)
      #expect(try runtime.bias(of: linear) == expected)
    }
    #expect(description.linears.count(where: \.hasBias) == (kind == .biased ? 8 : 0))

    let tokens = (0..<description.vocabularySize).map(Int32.init)
    func embeddings(_ source: any WeightSource) throws -> [Float] {
      try source.embeddings(
        of: tokens, in: description.embeddingTensor, width: description.hiddenSize
      ).elements
    }
    let expected = NumberFormat.roundedToBinary16(try embeddings(original))
    #expect(try embeddings(written) == expected)
    #expect(try embeddings(runtime) == expected)
    for linear in description.linears {
      #expect(try runtime.weights(of: linear) == original.weights(of: linear))
    }
  }

  @Test func givesATiedModelAHeadOfItsOwn() throws {
    let conversion = try TinyConversion(TinyKind.tied.model, in: folder.url)
    let checkpoint = try conversion.write(to: folder["out"])
    #expect(try checkpoint.configuration.bool("tie_word_embeddings", default: false))
    let model = try OpenedModel(checkpoint).model
    #expect(conversion.original.description.isTied && !model.description.isTied)
    #expect(checkpoint.contains("model.embed_tokens.weight"))
  }

  @Test func isRecognizedByItsTensors() throws {
    let conversion = try TinyConversion(TinyModel(), in: folder.url)
    #expect(conversion.format.recognizes(try conversion.write(to: folder["out"])))
    #expect(!conversion.format.recognizes(try Checkpoint(folder["original"])))
  }

  @Test func readsALayerOfPlainFloatsAsItIs() throws {
    let conversion = try TinyConversion(TinyModel(), in: folder.url)
    let plain = conversion.original.description.blocks[1].linears[4]
    let weights = NumberFormat.roundedToBinary16(
      try conversion.original.weights.weights(of: plain).transposed().elements)
    let checkpoint = try conversion.write(to: folder["out"]) { linear in
      linear.name != plain.name
        ? nil
        : [
          StoredTensor(
            plain.weight.tensor, .f16, [plain.outputs, plain.inputs],
            NumberFormat.binary16(weights))
        ]
    }
    let opened = try OpenedModel(checkpoint)
    #expect(opened.format?.name == "exl2")
    for linear in opened.model.description.linears {
      let expected =
        linear.name == plain.name
        ? Matrix(rows: plain.outputs, columns: plain.inputs, elements: weights).transposed()
        : try conversion.quantized(linear).weights()
      #expect(try opened.model.weights.weights(of: linear) == expected)
    }
  }
}

@Suite("What EXL2 can't hold")
struct EXL2CheckTests {
  private let folder = try! TemporaryFolder()

  private func check(_ tiny: TinyModel) throws {
    let name = tiny.attentionBias ? "biased" : "tiny"
    let description = try Model(Checkpoint(tiny.write(to: folder[name]))).description
    try EXL2Format().checkShapes(description)
  }

  @Test("is no usual model", arguments: TinyKind.allCases)
  func isNoUsualModel(kind: TinyKind) throws { try check(kind.model) }

  @Test func isALayerWhoseInputsAreNoMultipleOf32() throws {
    var tiny = TinyModel()
    tiny.intermediate = 80
    #expect(
      throws: FormatError.inputsNotMultiple(
        layer: "model.layers.0.mlp.down_proj", inputs: 80, of: 32, format: "exl2")
    ) { try check(tiny) }
  }

  @Test func isABiasThatWouldNeedPadding() throws {
    var tiny = TinyModel()
    (tiny.hidden, tiny.heads, tiny.keyValueHeads) = (96, 6, 1)
    try check(tiny)
    tiny.attentionBias = true
    #expect(
      throws: FormatError.paddedBias(
        layer: "model.layers.0.self_attn.k_proj", outputs: 16, format: "exl2")
    ) { try check(tiny) }
  }

  @Test func isALayerOfTooManyInputs() throws {
    func model(inputs: Int) -> ModelDescription {
      ModelDescription(
        architecture: "LlamaForCausalLM", vocabularySize: 32, hiddenSize: inputs,
        maximumPositions: 1, embeddingTensor: "model.embed_tokens.weight", blocks: [],
        finalNorm: Norm("model.norm", width: inputs, epsilon: 1e-5),
        head: Linear("lm_head", in: inputs, out: 32))
    }
    try EXL2Format().check(model(inputs: 65_536))
    #expect(
      throws: FormatError.tooManyInputs(
        layer: "lm_head", inputs: 65_568, limit: 65_536, format: "exl2")
    ) { try EXL2Format().check(model(inputs: 65_568)) }
  }
}
