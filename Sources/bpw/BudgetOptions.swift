import ArgumentParser
import BitAllocation
import Formats
import Quantization

/// How much an allocation may take: bits per weight, a file's size, or memory.
struct BudgetOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: "Bits per weight over all linear layers, the head included, scales included.")
  var bits: Double?

  @Option(
    help: ArgumentHelp(
      """
      Size of the weight files, such as 3.5GiB or 800MB: layers, embeddings, norms and headers; \
      config.json and the tokenizer aren't counted.
      """, valueName: "bytes"))
  var size: ByteSize?

  @Option(
    help: ArgumentHelp(
      "Memory for the weights, a cache for --context tokens, and --overhead.",
      valueName: "bytes"))
  var memory: ByteSize?

  @Option(
    parsing: .unconditional,
    help: "Tokens whose keys and values are to fit into --memory. (default: 4096)")
  var context: Int?

  @Option(
    parsing: .unconditional,
    help: "Bits of a number in that cache: 16, 8, 6 or 4. (default: 16)")
  var cacheBits: Int?

  @Option(
    help: ArgumentHelp(
      """
      What else --memory must hold: activations, logits, the runtime's own buffers. (default: 512MiB)
      """, valueName: "bytes"))
  var overhead: ByteSize?

  @Option(
    parsing: .unconditional,
    help: """
      Gives the head the recipe that ExLlamaV2 has for so many bits \
      (\(EXL2Format.headBits.map { "\($0)" }.joined(separator: ", "))), and lets --bits count the \
      other layers alone, as its converter does.
      """)
  var headBits: Int?

  func validate() throws {
    if let bits, !(bits > 0 && bits <= 32) {
      throw ValidationError("--bits is \(bits); it must be above 0 and at most 32.")
    }
    for (name, isGiven) in [
      ("--context", context != nil), ("--cache-bits", cacheBits != nil),
      ("--overhead", overhead != nil),
    ] where isGiven && memory == nil {
      throw ValidationError("\(name) goes with --memory.")
    }
    if let context, !(0...(1 << 30)).contains(context) {
      throw ValidationError("--context is \(context); it must be from 0 to \(1 << 30).")
    }
    if let cacheBits, ![16, 8, 6, 4].contains(cacheBits) {
      throw ValidationError("--cache-bits is \(cacheBits); it must be 16, 8, 6 or 4.")
    }
    if let headBits, EXL2Format.headOption(bits: headBits) == nil {
      let known = EXL2Format.headBits.map { "\($0)" }.joined(separator: ", ")
      throw ValidationError("--head-bits is \(headBits); it must be one of \(known).")
    }
  }

  /// Throws unless one size was given, as every command that allocates needs it.
  func require() throws {
    guard [bits != nil, size != nil, memory != nil].count(where: \.self) == 1 else {
      throw ValidationError("Give one of --bits, --size and --memory.")
    }
  }

  /// Whether there is a size.
  var isGiven: Bool { bits != nil || size != nil || memory != nil }

  var budget: Budget {
    if let size { return .fileBytes(size.bytes) }
    if let memory {
      return .memory(
        MemoryBudget(
          bytes: memory.bytes, context: context ?? 4096, cacheBits: cacheBits ?? 16,
          overhead: (overhead ?? ByteSize(bytes: 512 << 20)).bytes))
    }
    return headBits == nil ? .bitsPerWeight(bits ?? 0) : .decoderBitsPerWeight(bits ?? 0)
  }

  /// The head's pin.
  func rules(for measurement: BitAllocation.Measurement) throws -> [LayerRule] {
    guard let option = headBits.flatMap(EXL2Format.headOption) else { return [] }
    guard measurement.layers.contains(where: { $0.block == nil }) else {
      throw ValidationError("--head-bits is given, but the measurement has no head.")
    }
    return measurement.layers.filter { $0.block == nil }
      .map { LayerRule(.pin, $0.name, .option(option.description)) }
  }

  /// Throws if no allocation can have the size, whatever the errors.
  func checkReachable(_ plan: BitAllocation.Measurement, rules: [LayerRule]) throws {
    let request = AllocationRequest(budget, rules: try self.rules(for: plan) + rules)
    try AllocationProblem(plan, request).checkBudget()
  }
}
