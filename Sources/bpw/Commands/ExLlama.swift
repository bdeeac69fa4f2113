import ArgumentParser

struct ExLlama: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exllama",
    abstract: "Exchange measurements with ExLlamaV2's own converter.",
    discussion: """
      Let ExLlamaV2 convert a model as an allocation made here has it, or choose for a model that \
      ExLlamaV2 has measured:

        bpw exllama export demo.4bpw.json --model models/demo --output measurement.json
        bpw exllama import measurement.json --model models/demo --output demo.exl2.json
      """,
    subcommands: [ExLlamaImport.self, ExLlamaExport.self])
}
