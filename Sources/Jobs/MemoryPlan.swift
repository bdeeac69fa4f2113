import Foundation
import Models
import Tensors

/// What a walk over a model's blocks takes of memory at its peak, and how it is kept within a limit:
/// states go to files, and fewer options are tried at once, where they would take too much.
///
/// In bytes. With T tokens in all, C of them worked on together, and layers of n inputs and m outputs:
/// - a block's weights: 4 Σ n m
/// - hidden states: 4 T hidden, those before and those behind a sublayer, one per branch of it
/// - activations: 4 C times what a token's way through the sublayer leaves, twice
/// - a stage's Hessian, its factor and what factoring takes: 5 · 4 n²
/// - an option: 24 n m while measuring, for weights and codes on their way, those kept for options that
///   part from it later, and the result; while converting 10 n m, and 4 n m for every layer of a stage
///   that waits for the others
package struct MemoryPlan: Equatable, Sendable {
  /// What is done.
  package enum Job: String, Sendable { case measuring, converting }

  /// What is planned for.
  package let job: Job
  /// What may be used.
  package let limit: Int
  /// The largest block's weights, or the head's.
  package let weights: Int
  /// Hidden states in memory.
  package let states: Int
  /// Hidden states in files; zero where they are in memory.
  package let spilled: Int
  /// Activations, Hessians and factors.
  package let stage: Int
  /// Options in the works.
  package let options: Int
  /// The program itself, tokenizer and text.
  package static let base = 128 << 20

  /// The most that will be resident at once.
  package var peak: Int { Self.base + weights + states + stage + options }

  /// Whether states are in files.
  package var spills: Bool { spilled > 0 }

  /// Plans for a model, which is arranged as its format wants it, and so many rows.
  ///
  /// Throws `JobError.notEnoughMemory` if even with states in files, and one option at a time, the
  /// limit is too low.
  package init(
    _ job: Job, _ model: ModelDescription, rows: Int, tokens: Int, limit: Int,
    threads: Int = Threads.count
  ) throws {
    let needs = Needs(job, model, rows: rows, tokens: tokens)
    let (smallest, largest) = (
      needs.peak(spilling: true, atOnce: 1), needs.peak(spilling: false, atOnce: 1)
    )
    guard smallest.peak <= limit else {
      throw JobError.notEnoughMemory(
        job: job.rawValue, limit: limit, needed: smallest.peak, weights: smallest.weights,
        stage: smallest.stage, option: smallest.options)
    }
    let spills = largest.peak > limit
    let atOnce = (1...max(threads, 1)).last {
      needs.peak(spilling: spills, atOnce: $0).peak <= limit
    }
    self = MemoryPlan(
      needs.peak(spilling: spills, atOnce: atOnce ?? 1), of: job, limit: limit,
      spilled: spills ? needs.statesOnDisk : 0)
  }

  private init(_ peak: Needs.Peak, of job: Job, limit: Int, spilled: Int) {
    self.job = job
    (weights, states, stage, options) = (peak.weights, peak.states, peak.stage, peak.options)
    (self.limit, self.spilled) = (limit, spilled)
  }

  /// How many options of a layer of so many weights can be tried at once.
  package func optionsAtOnce(weights: Int) -> Int {
    max(1, (limit - (peak - options)) / max(Needs.bytesPerOption(job) * weights, 1))
  }
}

/// What parts of a job take.
private struct Needs {
  struct Peak {
    var weights, states, stage, options: Int
    var peak: Int { MemoryPlan.base + weights + states + stage + options }
  }

  static func bytesPerOption(_ job: MemoryPlan.Job) -> Int { job == .measuring ? 24 : 10 }

  private static let float = MemoryLayout<Float>.size

  private let job: MemoryPlan.Job
  private let model: ModelDescription
  private let rows: Int
  private let tokens: Int

  init(_ job: MemoryPlan.Job, _ model: ModelDescription, rows: Int, tokens: Int) {
    (self.job, self.model, self.rows, self.tokens) = (job, model, rows, tokens)
  }

  /// One copy of all states.
  private var copy: Int { rows * tokens * model.hiddenSize * Self.float }

  /// Tokens that are worked on together.
  private var together: Int { min(rows * tokens, max(tokens, HiddenStates.chunkTokens)) }

  private var branches: Int {
    model.blocks.flatMap(\.sublayers).map(\.branches.count).max() ?? 1
  }

  var statesOnDisk: Int { copy * (2 + branches) }

  /// The larger of what blocks and the head take, at their worst sublayers.
  func peak(spilling: Bool, atOnce: Int) -> Peak {
    let inHand = 3 * together * model.hiddenSize * Self.float
    let blocks = model.blocks.map { block in
      let stages = block.sublayers.flatMap { sublayer in
        sublayer.pathwaysByInput.map { stage(of: $0, in: sublayer) }
      }
      return Peak(
        weights: weights(of: block.linears),
        states: spilling ? inHand : copy * (1 + branches), stage: stages.max() ?? 0,
        options: options(of: block.linears, atOnce: atOnce)
          + (job == .converting ? block.stages.map(weights).max() ?? 0 : 0))
    }
    let head = Peak(
      weights: weights(of: [model.head]), states: spilling ? inHand : copy,
      stage: 5 * model.head.inputs * model.head.inputs * Self.float
        + 2 * together * model.hiddenSize * Self.float
        + Threads.count * LoadedHead.tokensAtOnce * model.vocabularySize * Self.float,
      options: options(of: [model.head], atOnce: atOnce))
    return (blocks + [head]).max { $0.peak < $1.peak } ?? head
  }

  /// Where products are AMX's, weights are also there as the terms it multiplies.
  private func weights(of linears: [Linear]) -> Int {
    let copies = MatrixUnit.current == .portable ? 1 : 2
    return copies * linears.reduce(0) { $0 + $1.weightCount } * Self.float
  }

  private func options(of linears: [Linear], atOnce: Int) -> Int {
    let largest = linears.map(\.weightCount).max() ?? 0
    return Self.bytesPerOption(job) * largest * atOnce
  }

  private func stage(of places: [PathwayIndex], in sublayer: Sublayer) -> Int {
    let ways = places.map { sublayer[$0] }
    let perToken = ways.reduce(model.hiddenSize) { sum, way in
      sum + way.readers.reduce(0) { $0 + $1.outputs } + way.writer.inputs + way.writer.outputs
    }
    let widest = ways.flatMap(\.linears).map(\.inputs).max() ?? 0
    let activations = 2 * together * perToken * Self.float
    let sketches = job == .measuring ? rows * 32 * widest * Self.float : 0
    return activations + sketches + 5 * widest * widest * Self.float
  }
}

extension MemoryPlan {
  /// The machine's memory; what `limit` is half of where nothing is asked for.
  package static var machine: Int {
    let physical = Int(ProcessInfo.processInfo.physicalMemory)
    // Where a container may have less. Both files may say that there is no limit, each in its way.
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
      .compactMap { try? String(contentsOfFile: $0, encoding: .utf8) }
      .compactMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    return ([physical] + limits).min() ?? physical
  }

  /// Where a job with a folder holds its states.
  func place(in directory: JobDirectory?) -> StatePlace {
    if spills, let directory { .folder(directory.url) } else { .memory }
  }
}
