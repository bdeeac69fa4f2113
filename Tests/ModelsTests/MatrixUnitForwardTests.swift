import Checkpoints
import Foundation
import Models
import Tensors
import TestSupport
import Testing

@Suite("The forward pass on tiles")
struct MatrixUnitForwardTests {
  private static let units = [MatrixUnit.emulated, .amx].filter(\.isAvailable)

  /// In addition to what single precision may differ: two terms of a number are off by up to 2⁻¹⁷,
  /// and a product of two such numbers by up to 2⁻¹⁵. Through a block an activation meets seven
  /// weights, and errors of independent signs grow with their square root.
  private func tolerance(_ model: ModelDescription, largest: Float) -> Float {
    OracleTests.tolerance(model, largest: largest)
      + Float(model.blocks.count * 7 + 1).squareRoot() * largest * 0x1p-15
  }

  @Test(
    "gives transformers' logits", arguments: units, OracleTests.folders.filter(\.isFixture))
  func givesTheLogits(unit: MatrixUnit, folder: ReferenceFolder) throws {
    let model = try Model(Checkpoint(folder.url))
    let reference = try Reference(folder.url)
    let logits = try model.logits(reference.tokens[0], on: unit)
    let expected = reference.logits[0]
    let bound = tolerance(model.description, largest: expected.elements.map(abs).max() ?? 0)
    #expect(largestDifference(logits, expected) < bound)
    // The tiles were in use.
    #expect(try logits != model.logits(reference.tokens[0]))
  }

  @Test("multiplies with weights that were put in", arguments: units, [TensorType.f32, .bf16])
  func replacesWeights(unit: MatrixUnit, dtype: TensorType) throws {
    let folder = try TemporaryFolder()
    var tiny = TinyModel()
    (tiny.dtype, tiny.attentionBias) = (dtype, true)
    let model = try Model(Checkpoint(tiny.write(to: folder["tiny"])))
    var block = try LoadedBlock(
      model.description.blocks[0], from: model.weights, length: 9, on: unit)
    let states = try model.embeddings(of: [1, 5, 7, 300, 9])
    for linear in block.block.linears.filter({ $0.inputs == states.columns }) {
      let (old, weights) = (block.weights(of: linear), block.weights(of: linear))
      let before = block.output(of: linear, reading: states)
      func product(_ weights: Matrix) -> Matrix {
        PackedMatrix(weights: weights, for: unit).product(reading: states)
      }
      let bias = before - product(old)
      #expect((bias.squaredNorm > 0) == linear.hasBias)

      var other = weights
      other *= 3.1
      block.replaceWeights(of: linear, with: other)
      let difference = block.output(of: linear, reading: states) - bias - product(other)
      #expect(difference.squaredNorm <= 1e-12 * before.squaredNorm)
      block.replaceWeights(of: linear, with: old)
      #expect(block.output(of: linear, reading: states) == before)
    }
  }
}
