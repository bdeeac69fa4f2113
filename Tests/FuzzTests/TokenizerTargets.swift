import ByteJSON
import Foundation
import TestSupport
import Tokenizers

private let text = "<s> Hello, wörld e\u{301}  42 – 漢字 \u{1F468}\u{200D}\u{1F469}\n\tab ab\0"

private func use(_ tokenizer: Tokenizer) throws {
  let summary = tokenizer.summary
  guard summary.idLimit >= summary.tokenCount else {
    throw Unexpected("\(summary.tokenCount) tokens below \(summary.idLimit)")
  }
  // Without an unknown token, or with an expression that gives up, encoding is an error.
  do {
    let ids = try tokenizer.encode(text)
    _ = tokenizer.decode(ids)
    _ = tokenizer.decode(ids, skipSpecialTokens: true)
    _ = ids.map { tokenizer.token($0) }
  } catch is TokenizerError {}
  _ = tokenizer.decode([0, 1, 2, -1, .max, .min, Int32(truncatingIfNeeded: summary.idLimit)])
}

@Sendable
func tokenizerTarget() throws -> FuzzTarget {
  let file = try ChangingFile("tokenizer.json")
  let vectors = try JSONValue.parse(
    Data(contentsOf: PackageFolder.path("Tests/TokenizersTests/Vectors/vectors.json")))
  let seeds = (vectors.array ?? []).compactMap { $0["tokenizer"].map { Data($0.json.utf8) } }
  return FuzzTarget("tokenizer", .json, seeds: seeds, places: ["tokenizer.json"]) { input in
    let tokenizer = try Tokenizer(file.write(input))
    return { try use(tokenizer) }
  }
}

@Sendable
func tokenizerConfigurationTarget() throws -> FuzzTarget {
  let file = try ChangingFile("tokenizer_config.json", in: "folder")
  let folder = file.url.deletingLastPathComponent()
  try Data(TinyModel.byteTokenizer.utf8).write(to: folder.appending(path: "tokenizer.json"))
  let seed = #"""
    {"add_bos_token": true, "bos_token": "<s>", "eos_token": {"content": "</s>", "special": true},
     "added_tokens_decoder": {"0": {"content": "<s>", "special": true},
       "300": {"content": "</s>", "lstrip": true, "normalized": false, "rstrip": false,
         "single_word": false, "special": true}},
     "model_max_length": 1000000000000000019884624838656, "tokenizer_class": "LlamaTokenizer"}
    """#
  let demo = try Data(contentsOf: PackageFolder.path("models/demo/tokenizer_config.json"))
  return FuzzTarget(
    "tokenizer-config", .json, seeds: [Data(seed.utf8), demo],
    places: ["tokenizer_config.json", "tokenizer.json"]
  ) { input in
    _ = try file.write(input)
    let tokenizer = try Tokenizer(directory: folder)
    return { try use(tokenizer) }
  }
}
