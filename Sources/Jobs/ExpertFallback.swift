import Models
import Quantization
import Tensors

/// What an expert borrows that saw too few tokens.
///
/// A Hessian of fewer tokens than inputs can't tell how the inputs correlate: where it knows nothing,
/// damping would act as an identity. So an expert that saw fewer gets as many average tokens of all
/// experts in its block as it lacks. One that saw none is quantized by these alone. Errors count for
/// the tokens that it saw itself, so that borrowing makes no expert more important.
///
/// Held against text that neither saw, with clusters of tokens in the demo model as experts and 3 bits:
/// with an eighth of a token per input, errors are 0.77 to 0.84 times those of the own tokens alone, and
/// 0.4 to 0.5 times those of an identity; with none, 0.45 to 0.56 times those of an identity. From one
/// token per input on, borrowing more gains a percent and a half at most, and loses with two. Damping has
/// to follow what is borrowed: the shared Hessian is of many tokens and needs little.
struct ExpertFallback {
  /// Summed over all experts of a branch, with the tokens' shares.
  private let shared: Hessian

  /// What the layers on one side of a branch's experts borrow. Nil where every expert saw enough, and
  /// where there are none.
  init?(
    _ side: SublayerWalk.Side, of branch: Int, _ walk: SublayerWalk, _ loaded: LoadedBlock
  ) throws {
    let experts = walk.experts(of: branch)
    guard let first = experts.first.map({ walk.sublayer[$0] }) else { return nil }
    let inputs = side == .readers ? first.readers[0].inputs : first.writer.inputs
    guard experts.contains(where: { walk.tokens($0) < inputs }) else { return nil }
    var shared = Hessian(inputs: inputs)
    for place in experts where walk.tokens(place) > 0 {
      shared.add(try walk.hessian(of: side, place, of: loaded))
    }
    self.shared = shared
  }

  /// An expert's Hessian with what it lacks, how many tokens that are, and the damping that suits it;
  /// nil for an expert that lacks nothing.
  func completed(_ own: Hessian) -> (hessian: Hessian, borrowed: Int, damping: Double)? {
    let lacking = own.inputs - own.tokens
    guard lacking > 0 else { return nil }
    let damping =
      (Double(own.tokens) * own.suggestedDamping + Double(lacking) * shared.suggestedDamping)
      / Double(own.inputs)
    return (own.filled(with: lacking, averageTokensOf: shared), lacking, damping)
  }

  /// What weights, (in, out), put out for one average token: its squared norm.
  func outputNorm(of weights: Matrix) -> Double {
    shared.energy(of: weights) / Double(shared.tokens)
  }
}
