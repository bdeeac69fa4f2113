import Checkpoints
import Formats
import Foundation
import Models
import Quantization
import TestSupport
import Testing

@Suite("A damaged EXL2 file")
struct EXL2WeightsTests {
  private let folder = try! TemporaryFolder()

  /// One tensor of a layer with another type, shape or content.
  struct Damage: Sendable, CustomTestStringConvertible {
    let tensor: String
    let change: @Sendable (inout StoredTensor) -> Void
    let what: String

    var testDescription: String { "\(tensor): \(what)" }

    /// Replaces the elements.
    static func elements<Element: BitwiseCopyable & Sendable>(
      _ tensor: String, _ what: String, as type: Element.Type,
      _ change: @escaping @Sendable (inout [Element]) -> Void
    ) -> Damage {
      Damage(
        tensor: tensor,
        change: { stored in
          var elements = stored.bytes.withUnsafeBytes { Array($0.bindMemory(to: type)) }
          change(&elements)
          var shape = stored.description.shape
          if shape.count == 1 { shape = [elements.count] }
          stored = StoredTensor(
            stored.description.name, stored.description.dtype, shape, elements)
        }, what: what)
    }

    /// Keeps the bytes and calls them something else.
    static func header(_ tensor: String, _ dtype: TensorType, _ shape: [Int]) -> Damage {
      Damage(
        tensor: tensor,
        change: { stored in
          let description = TensorDescription(stored.description.name, dtype, shape)
          stored = StoredTensor(
            description, stored.bytes.prefix(description.byteCount))
        }, what: "\(dtype) \(shape)")
    }

    /// For a layer of 96 inputs and 64 outputs in three groups of 32 rows of 4 bits: "q_weight" is
    /// (12, 64), "q_scale" (3, 8).
    static let all: [Damage] = [
      .header("q_weight", .i16, [12, 64]), .header("q_weight", .f32, [12, 64]),
      .header("q_weight", .i32, [12 * 64]), .header("q_weight", .i32, [12, 32, 2]),
      .header("q_weight", .i32, [12, 0]), .header("q_weight", .i32, [0, 64]),
      .header("q_weight", .i32, [24, 32]), .header("q_weight", .i32, [6, 128]),
      .header("q_weight", .i32, [11, 64]), .header("q_weight", .i32, [12, 63]),
      .header("q_scale", .i32, [2, 8]), .header("q_scale", .i32, [24]),
      .header("q_scale", .u8, [3, 8]), .header("q_scale_max", .f16, [2]),
      .header("q_scale_max", .f16, [3, 1]), .header("q_scale_max", .u8, [3]),
      .header("q_groups", .i16, [5]), .header("q_groups", .i16, [0]),
      .header("q_groups", .i16, [3, 2]), .header("q_invperm", .i32, [95]),
      .header("q_invperm", .i32, [0]), .header("q_invperm", .i32, [96, 1]),
      .header("q_invperm", .i16, [96]),
      .elements("q_scale_max", "infinity", as: UInt16.self) { $0[1] = 0x7c00 },
      .elements("q_scale_max", "NaN", as: UInt16.self) { $0[1] = 0x7e01 },
      .elements("q_scale_max", "negative", as: UInt16.self) { $0[0] = 0x8001 },
      .elements("q_groups", "a width of 7", as: Int16.self) { $0[2] = 7 },
      .elements("q_groups", "rising widths", as: Int16.self) { $0[2] = 5 },
      .elements("q_groups", "a first row of 1", as: Int16.self) { $0[1] = 1 },
      .elements("q_groups", "rows beyond the end", as: Int16.self) { $0[5] = 99 },
      .elements("q_groups", "an empty group", as: Int16.self) { $0[3] = 0 },
      .elements("q_groups", "a negative row", as: Int16.self) { $0[5] = -4 },
      .elements("q_invperm", "a number twice", as: Int32.self) { $0[7] = $0[8] },
      .elements("q_invperm", "a number too large", as: Int32.self) { $0[7] = 96 },
      .elements("q_invperm", "a negative number", as: Int32.self) { $0[7] = -1 },
    ]
  }

  @Test("gives an error that names the tensor", arguments: Damage.all)
  func namesTheTensor(damage: Damage) throws {
    let conversion = try TinyConversion(TinyModel(), in: folder.url)
    let damaged = conversion.original.description.blocks[0].linears[6]
    #expect(damaged.inputs == 96 && damaged.outputs == 64)
    let tensor = "\(damaged.name).\(damage.tensor)"
    let checkpoint = try conversion.write(to: folder["out"]) { linear in
      guard linear == damaged else { return nil }
      var tensors = try conversion.format.encode(
        gptq(
          conversion.original.weights.weights(of: linear), factor: .identity(inputs: 96),
          option: QParams(parsing: "1:4b_32g s4")
        ).matrix, of: linear)
      let index = tensors.firstIndex { $0.description.name == tensor }!
      damage.change(&tensors[index])
      return tensors
    }
    let model = try OpenedModel(checkpoint).model
    for linear in model.description.linears where linear.name != damaged.name {
      _ = try model.weights.weights(of: linear)
    }
    #expect {
      try model.weights.weights(of: damaged)
    } throws: { error in
      switch error {
      // A damage may show in the tensor it doesn't fit to.
      case FormatError.damaged(let name, _, _): name.hasPrefix("\(damaged.name).q_")
      case CheckpointError.unexpectedType(let name, _, _): name == tensor
      default: false
      }
    }
  }

  @Test func givesAnErrorForALayerOfAnotherSize() throws {
    let conversion = try TinyConversion(TinyModel(), in: folder.url)
    let damaged = conversion.original.description.blocks[0].linears[6]  // 96 to 64
    let other = conversion.original.description.blocks[0].linears[3]  // 64 to 64
    let checkpoint = try conversion.write(to: folder["out"]) { linear in
      guard linear == damaged else { return nil }
      return try conversion.format.encode(conversion.quantized(other), of: damaged)
    }
    #expect(
      throws: FormatError.damaged(
        tensor: "\(damaged.name).q_invperm", expected: "96 elements, the inputs of the layer",
        found: "64")
    ) { try OpenedModel(checkpoint).model.weights.weights(of: damaged) }
  }

  @Test("gives an error when a tensor is missing", arguments: EXL2Layer.Tensor.allCases.dropFirst())
  func missing(tensor: EXL2Layer.Tensor) throws {
    let conversion = try TinyConversion(TinyModel(), in: folder.url)
    let damaged = conversion.original.description.head
    let name = "\(damaged.name).\(tensor.rawValue)"
    let checkpoint = try conversion.write(to: folder["out"]) { linear in
      guard linear == damaged else { return nil }
      return try conversion.encoded(linear).filter { $0.description.name != name }
    }
    let model = try OpenedModel(checkpoint).model
    #expect {
      try model.weights.weights(of: damaged)
    } throws: {
      $0.localizedDescription.contains("'\(name)'")
    }
  }
}
