import Checkpoints
import Tensors

/// A feed-forward of experts: for each token a router chooses some of several gated feed-forwards.
struct ExpertLayer {
  let router: Router
  let pathways: [Pathway]

  /// How a family calls things, and how wide they are.
  struct Shape {
    /// Features of a token.
    var hidden: Int
    var experts: Int
    /// Experts per token.
    var chosen: Int
    /// Features inside an expert.
    var width: Int
    /// Whether the shares of the chosen experts are made to add up to 1.
    var normalizes: Bool
    var activation: ElementFunction
    /// The module that router and experts are in, such as "mlp", where each has its own tensors.
    var module = "mlp"
    var gate = "gate_proj"
    var up = "up_proj"
    var down = "down_proj"
    /// Where else they may be, all in one tensor.
    var stacks = [Stack()]
    /// Features of the expert that all tokens go through, if there is one.
    var sharedWidth: Int?
  }

  /// The tensors of a block that hold what belongs to all experts; by default as transformers 5 has
  /// them in memory.
  struct Stack {
    /// Of every expert the rows of the gate, then those of up: (experts, 2 width, hidden).
    var gateAndUp = "mlp.experts.gate_up_proj"
    /// (experts, hidden, width).
    var down = "mlp.experts.down_proj"
    var router = "mlp.gate.weight"
  }

  /// The experts of a block, stored one by one, or in the first of the stacks that is there. Throws
  /// `ModelError.incomplete` if the last expert is in neither.
  init(
    _ shape: Shape, in block: String, _ names: TensorNames, of config: ModelConfiguration
  ) throws {
    let module = "\(block).\(shape.module)"
    let stack = shape.stacks.first { names.all.contains("\(block).\($0.gateAndUp)") }
    if stack == nil {
      try config.check(
        names, hold: "\(module).experts.\(shape.experts - 1).\(shape.down)",
        lastOf: shape.experts, "experts")
    }
    router = Router(
      "\(module).gate", tensor: stack.map { "\(block).\($0.router)" }, experts: shape.experts,
      width: shape.hidden, chosen: shape.chosen, normalizes: shape.normalizes)
    var pathways = (0..<shape.experts).map { expert in
      func linear(
        _ role: String, in inputs: Int, out outputs: Int, of tensor: KeyPath<Stack, String>,
        rows: Int, from row: Int
      ) -> Linear {
        let name = "\(module).experts.\(expert).\(role)"
        guard let stack else { return Linear(name, in: inputs, out: outputs) }
        let first = expert * rows + row
        return Linear(
          name, in: inputs,
          weight: StoredRows(
            "\(block).\(stack[keyPath: tensor])", shape: [shape.experts, rows, inputs],
            rows: RowRuns(first..<first + outputs)))
      }
      let (hidden, width) = (shape.hidden, shape.width)
      return Pathway(
        readers: [
          linear(shape.gate, in: hidden, out: width, of: \.gateAndUp, rows: 2 * width, from: 0),
          linear(shape.up, in: hidden, out: width, of: \.gateAndUp, rows: 2 * width, from: width),
        ],
        mixer: .gated(shape.activation),
        writer: linear(shape.down, in: width, out: hidden, of: \.down, rows: hidden, from: 0),
        share: .routed(expert: expert))
    }
    if let width = shape.sharedWidth {
      let name = "\(module).shared_expert"
      pathways.append(
        Pathway(
          readers: ["gate_proj", "up_proj"].map {
            Linear("\(name).\($0)", in: shape.hidden, out: width)
          },
          mixer: .gated(shape.activation),
          writer: Linear("\(name).down_proj", in: width, out: shape.hidden),
          share: .gated(tensor: "\(module).shared_expert_gate.weight")))
    }
    self.pathways = pathways
  }
}

extension ModelConfiguration {
  /// The number of experts and how many of them a token goes through.
  func expertCounts(
    _ keys: [String], default fallback: Int, chosen defaultChosen: Int
  ) throws -> (experts: Int, chosen: Int) {
    let key = keys.first(where: contains) ?? keys[0]
    let experts = try positiveInt(key, default: fallback, atMost: 4096)
    let chosen = try positiveInt("num_experts_per_tok", default: defaultChosen)
    guard chosen <= experts else {
      throw ModelError.contradiction(
        "num_experts_per_tok is \(chosen), but \(key) only \(experts)", file: file)
    }
    return (experts, chosen)
  }
}
