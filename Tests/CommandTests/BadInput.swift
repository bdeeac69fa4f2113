import Foundation
import TestSupport

/// A thing that goes wrong, and what the user must be told.
struct BadInput: Sendable, CustomStringConvertible {
  let description: String
  let line: String
  let message: String
  let input: String
  let model: TinyModel
  let damage: @Sendable (Workplace) throws -> Void

  init(
    _ description: String, _ line: String, _ message: String, input: String = "",
    model: TinyModel = TinyModel(),
    damage: @escaping @Sendable (Workplace) throws -> Void = { _ in }
  ) {
    self.description = description
    self.line = line
    self.message = message
    self.input = input
    self.model = model
    self.damage = damage
  }

  static let measure = "measure model -o new.json \(Workplace.quick)"
  static let evaluate = "eval model --text text.txt --tokens 32 -q"

  static let models: [BadInput] = [
    BadInput("no folder", measure, "There is no folder model.") { try $0.remove("model") },
    BadInput("a name on the hub", "measure meta/llama -o new.json", "hf download meta/llama"),
    BadInput("a file", "measure text.txt -o new.json", "is a file"),
    BadInput("no config.json", measure, "no config.json in model") {
      try $0.remove("model/config.json")
    },
    BadInput("config.json cut short", measure, "config.json is not valid JSON") {
      try $0.cut("model/config.json")
    },
    BadInput("no weights", measure, "no weights in model") {
      try $0.remove("model/model.safetensors")
    },
    BadInput("weights cut short", measure, "The download may be incomplete.") {
      try $0.cut("model/model.safetensors")
    },
    BadInput("a header longer than the file", measure, "header should end at byte") {
      try $0.folder.write("model/model.safetensors", [0, 0, 1, 0, 0, 0, 0, 0] + Array("{}".utf8))
    },
    BadInput("a header of absurd length", measure, "bytes long") {
      try $0.folder.write(
        "model/model.safetensors", [UInt8](repeating: 255, count: 8) + Array("{}".utf8))
    },
    BadInput("offsets that overlap", measure, "should begin at byte") {
      try $0.editHeader { header in
        let norm = "model.layers.0.input_layernorm.weight"
        header[norm]!["data_offsets"] = header["model.norm.weight"]!["data_offsets"]
      }
    },
    BadInput("a shape that config.json contradicts", measure, "config.json makes it [128, 64]") {
      try $0.replace(
        "\"intermediate_size\": 96", by: "\"intermediate_size\": 128", in: "model/config.json")
    },
    BadInput("more blocks than there are", measure, "'model.layers.2.") {
      try $0.replace(
        "\"num_hidden_layers\": 2", by: "\"num_hidden_layers\": 3", in: "model/config.json")
    },
    BadInput("an unknown architecture", measure, "'FooForCausalLM' isn't known here") {
      try $0.replace("LlamaForCausalLM", by: "FooForCausalLM", in: "model/config.json")
    },
    BadInput("no tokenizer.json", measure, "There is no tokenizer.json in model") {
      try $0.remove("model/tokenizer.json")
    },
    BadInput("an unknown tokenizer model", measure, "tokenizer model 'Foo' is not supported") {
      try $0.replace("\"type\": \"BPE\"", by: "\"type\": \"Foo\"", in: "model/tokenizer.json")
    },
    BadInput("an unknown pre-tokenizer", measure, "pre-tokenizer 'Foo'") {
      try $0.replace(
        "\"pre_tokenizer\": {\"type\": \"ByteLevel\"", by: "\"pre_tokenizer\": {\"type\": \"Foo\"",
        in: "model/tokenizer.json")
    },
    BadInput("a weight that is NaN", measure, "up_proj.weight' in model/model.safetensors is nan") {
      try $0.put(.nan, into: "model.layers.1.mlp.up_proj.weight")
    },
    BadInput("an infinite weight", measure, "is inf at element 0") {
      try $0.put(.infinity, into: "lm_head.weight")
    },
    BadInput("weights that overflow", measure, "become infinite or NaN in model.layers.1") {
      try $0.put(3e38, into: "model.layers.1.mlp.up_proj.weight")
    },
    BadInput(
      "a layer that EXL2 cannot hold", measure, "multiple of 32", model: oddModel),
    BadInput(
      "a layer that EXL2 cannot hold, quantized",
      "quantize model -b 4 -o new \(Workplace.quick)", "multiple of 32", model: oddModel),
    BadInput("a quantized model", "measure quantized -o new.json", "already quantized (exl2)"),
    BadInput("a folder without weights, inspected", "inspect calibration", "config.json"),
    BadInput("a missing model, inspected", "inspect nothing", "nothing"),
    BadInput(
      "a quantized model, converted", "convert quantized -a a.json -o new", "already quantized"),
    BadInput("an EXL2 folder cut short", "eval quantized --text text.txt", "may be incomplete") {
      try $0.cut("quantized/output.safetensors")
    },
  ]

  private static let oddModel = {
    var model = TinyModel()
    model.intermediate = 100
    return model
  }()

  private static func calibrated(_ name: String) -> String {
    "measure model -o new.json --qparams menu.json --tokens 32 --calibration \(name)"
  }

  static let texts: [BadInput] = [
    BadInput("no text", calibrated("missing.txt"), "missing.txt can't be read: there is no such"),
    BadInput("a folder for a text", "tokenize model --text quantized", "quantized can't be read"),
    BadInput("an empty text", calibrated("text.txt"), "There is no text in text.txt") {
      try $0.folder.write("text.txt", "")
    },
    BadInput(
      "a short text", calibrated("text.txt"), "One row takes 32 tokens, and the longest text has 3"
    ) {
      try $0.folder.write("text.txt", "abc")
    },
    BadInput("a text that isn't UTF-8", calibrated("text.txt"), "isn't UTF-8 at byte 2") {
      try $0.folder.write("text.txt", [97, 98, 255])
    },
    BadInput("an unknown ending", calibrated("menu.json"), "neither .txt nor .jsonl"),
    BadInput("a line without text", calibrated("t.jsonl"), "t.jsonl, line 2: It has no text.") {
      try $0.folder.write("t.jsonl", "{\"text\": \"a\"}\n{\"tekst\": \"b\"}\n")
    },
    BadInput(
      "rows longer than the model's positions", "measure model -o new.json --tokens 257",
      "Give --tokens 256 or less."),
    BadInput(
      "windows longer than the model's positions", "eval model --text text.txt --tokens 257",
      "Give --tokens 256 or less."),
    BadInput(
      "no text to evaluate", "eval model --text missing.txt --tokens 32",
      "missing.txt can't be read"),
    BadInput(
      "a text too short to evaluate", "eval model --text text.txt --tokens 256",
      "One row takes 256 tokens"
    ) { try $0.folder.write("text.txt", "abc") },
    BadInput("a text that is no UTF-8", "tokenize model --text text.txt", "is not UTF-8") {
      try $0.folder.write("text.txt", [255, 254])
    },
    BadInput("garbage to decode", "tokenize model --decode", "token ids", input: "hello"),
    BadInput("a negative id to decode", "tokenize model --decode", "token ids", input: "[-1]"),
    BadInput("a large id to decode", "tokenize model --decode", "has the id 999", input: "5 999"),
    BadInput("no model to tokenize with", "tokenize missing", "There is no folder missing."),
    BadInput("no tokenizer there", "tokenize missing/tokenizer.json", "there is no such file"),
  ]

  static let outputs: [BadInput] = [
    BadInput("a file in the way", "measure model -o m.json", "m.json exists, and was made with"),
    BadInput("an allocation in the way", "optimize m.json -b 4 -o a.json", "a.json exists."),
    BadInput(
      "a folder in the way", "convert model -a a.json -o quantized --seed 3",
      "quantized exists, and was made with other settings: seed 1 instead of 3"),
    BadInput("a model in the way", "quantize model -b 4 -o quantized", "quantized exists."),
    BadInput("logits in the way", logits("m.json"), "Give another --logits") {
      try $0.writeTokenIDs([[1, 2]])
    },
    BadInput(
      "a folder where a file goes", "measure model -o quantized --overwrite", "is a folder"),
    BadInput(
      "a file where a folder goes", "convert model -a a.json -o m.json --overwrite",
      "is no model folder"),
    BadInput(
      "a folder that is no model", "quantize model -b 4 -o other --overwrite", "is no model folder"
    ) {
      try $0.copy("quantized", to: "other")
      try $0.remove("other/config.json")
    },
    BadInput(
      "the model as output", "convert model -a a.json -o model --overwrite", "is what is read here"),
    BadInput(
      "the measurement as output", "optimize m.json -b 4 -o m.json --overwrite",
      "is what is read here"),
    BadInput(
      "the token ids as output", logits("ids.safetensors --overwrite"), "is what is read here"
    ) { try $0.writeTokenIDs([[1, 2]]) },
    BadInput(
      "a folder with the kept measurement as output",
      "quantize model -b 4 -o quantized --measurement quantized/m.json --overwrite",
      "holds quantized/m.json"
    ) { try $0.copy("m.json", to: "quantized/m.json") },
    BadInput("no folder to write to", "measure model -o no/m.json", "no folder no to write to"),
    BadInput(
      "no folder for the kept measurement",
      "quantize model -b 4 -o new --measurement no/m.json", "no folder no to write to"),
    BadInput("a folder nobody writes to", "measure model -o /proc/m.json", "/proc/m.json"),
    BadInput("no name", "measure model -o /", "Give a name."),
  ]

  private static func logits(_ file: String) -> String {
    "eval model --token-ids ids.safetensors --logits \(file)"
  }

  static let documents: [BadInput] = [
    BadInput("no measurement", "optimize no.json -b 4 -o new.json", "no.json cannot be opened."),
    BadInput("a measurement cut short", "optimize m.json -b 4 -o new.json", "not complete JSON") {
      try $0.cut("m.json")
    },
    BadInput(
      "no measurement but an allocation", "optimize a.json -b 4 -o new.json", "not a 'bpw.m"),
    BadInput("no measurement but a menu", "optimize menu.json -b 4 -o new.json", "not a 'bpw.m"),
    BadInput("a later version", "optimize m.json -b 4 -o new.json", "has version 9") {
      try $0.replace("\"version\": 1", by: "\"version\": 9", in: "m.json")
    },
    BadInput("too few bits", "optimize m.json -b 0.5 -o new.json", "reaches from"),
    BadInput(
      "too many bits", "optimize m.json -b 12 -o new.json", "Choose --bits in that interval"),
    BadInput(
      "too few bytes", "optimize m.json --size 1kB -o new.json", "1000 bytes can't be reached"),
    BadInput(
      "too little memory", "optimize m.json --memory 1MB -o new.json", "can't be reached"),
    BadInput(
      "too few bytes, before measuring", "quantize model --size 1kB -o new \(Workplace.quick)",
      "1000 bytes can't be reached"),
    BadInput(
      "a size in bytes of an older measurement", "optimize m.json --size 1MB -o new.json",
      "Measure the model again"
    ) { try $0.replace("\"storage\": ", by: "\"other\": ", in: "m.json") },
    BadInput(
      "a pin that matches nothing", "optimize m.json -b 4 -o new.json --pin *.v=4",
      "--pin *.v=4 matches no layer. Layers have names such as 'model.layers.0.self_attn.q_proj'"),
    BadInput(
      "pins that contradict each other",
      "optimize m.json -b 4 -o new.json --min *.v_proj=6 --max *.1.*=5",
      "'model.layers.1.self_attn.v_proj' is left no option by --min *.v_proj=6 and --max *.1.*=5"),
    BadInput(
      "pins that leave too little", "optimize m.json -b 4 -o new.json --pin *=8", "4 bits per"),
    BadInput(
      "a pin to an option that isn't there", "optimize m.json -b 4 -o new.json --pin *=Q4_K",
      "was not measured under an option 'Q4_K'"),
    BadInput(
      "the head pinned to what wasn't measured", "optimize m.json -b 4 --head-bits 5 -o new.json",
      "'lm_head' was not measured under an option"),
    BadInput(
      "a weight for another text", "optimize m.json -b 4 -o new.json --weight poems=2",
      "no text 'poems' in the measurement to give a weight to; it was made on 'text'"),
    BadInput("a layer missing", "optimize m.json -b 4 -o new.json", "but the layers make it") {
      try $0.removeLine(with: "layers.1.self_attn.k_proj", in: "m.json")
    },
    BadInput("no number", "optimize m.json -b 4 -o new.json", "not complete JSON") {
      try $0.replace("\"bits\":", by: "\"bits\":NaN,\"was\":", in: "m.json")
    },
    BadInput(
      "an allocation of an older version", "convert model -a a.json -o new", "has version 1, but"
    ) { try $0.replace("\"version\": 2", by: "\"version\": 1", in: "a.json") },
    BadInput("no allocation to verify", "verify no.json -m m.json", "no.json cannot be opened."),
    BadInput("the files to verify exchanged", "verify m.json -m a.json", "not a 'bpw.allocation'"),
    BadInput("no measurement to compare on", "compare no.json", "no.json cannot be opened."),
    BadInput("a size nobody reaches", "compare m.json --bits 4,20", "reaches from"),
    BadInput(
      "a page in the way", "compare m.json --html a.json", "a.json exists. Give another --html"),
    BadInput(
      "another model to compare on",
      "compare m.json --bits 5 --strategies exact --model model --text text.txt", "fingerprint"
    ) { try $0.put(1, into: "model.norm.weight") },
    BadInput("no measurement's frontier", "frontier a.json", "not a 'bpw.measurement'"),
    BadInput("a size off the frontier", "frontier m.json --bits 4,20", "reaches from"),
    BadInput(
      "too many bits, before measuring", "quantize model -b 12 -o new \(Workplace.quick)",
      "reaches from"),
    BadInput("no measurement to resample", "stability no.json -b 4", "no.json cannot be opened."),
    BadInput("an unreachable size to resample", "stability m.json -b 12", "reaches from"),
    BadInput(
      "no allocation to resample", "stability m.json -a no.json", "no.json cannot be opened."),
    BadInput(
      "an allocation of another measurement", "stability m.json -a a.json",
      "The allocation is of another measurement: the settings differ."
    ) { try $0.replace("\"sketch\":32", by: "\"sketch\":31", in: "m.json") },
    BadInput("no allocation", "convert model -a no.json -o new", "no.json cannot be opened."),
    BadInput("an allocation cut short", "convert model -a a.json -o new", "not complete JSON") {
      try $0.cut("a.json")
    },
    BadInput("an allocation of another model", "convert model -a a.json -o new", "fingerprint") {
      try $0.put(1, into: "model.norm.weight")
    },
    BadInput("an allocation for other layers", "convert model -a a.json -o new", "k_proj'") {
      try $0.replace("layers.1.self_attn.k_proj", by: "layers.1.self_attn.x", in: "a.json")
    },
    BadInput("an allocation with a strange option", "convert model -a a.json -o new", "'lm_head'") {
      let lines = try String(contentsOf: $0.folder["a.json"], encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false)
        .map { line in
          line.contains("\"lm_head\"")
            ? String(line.replacing(#/"option":"[^"]*"/#, with: "\"option\":\"odd\""))
            : String(line)
        }
      try $0.folder.write("a.json", lines.joined(separator: "\n"))
    },
    BadInput("an unknown format", "convert model -a a.json -o new", "format 'gguf'") {
      try $0.replace("\"format\":\"exl2\"", by: "\"format\":\"gguf\"", in: "a.json")
    },
    BadInput("no menu", "measure model -o new.json --qparams no.json", "no.json cannot be read"),
    BadInput("a menu cut short", measure, "menu.json cannot be read as an option menu") {
      try $0.cut("menu.json")
    },
    BadInput("a menu with an impossible option", measure, "menu.json") {
      try $0.replace("\"bits\": [8]", by: "\"bits\": [9]", in: "menu.json")
    },
    BadInput(
      "other settings than the kept measurement's",
      "quantize model -b 4 -o new --measurement m.json \(Workplace.quick) --seed 2",
      "seed 1 instead of 2"),
    BadInput(
      "another menu than the kept measurement's",
      "quantize model -b 4 -o new --measurement m.json \(Workplace.quick)",
      "menu.json as it was then"
    ) { try $0.replace("\"bits\": [8]", by: "\"bits\": [6]", in: "menu.json") },
    BadInput(
      "another model than the kept measurement's",
      "quantize model -b 4 -o new --measurement m.json \(Workplace.quick)", "model "
    ) { try $0.put(1, into: "model.norm.weight") },
  ]

  static let tokenIDs: [BadInput] = [
    BadInput("no token ids", "eval model --token-ids ids.safetensors", "no file ids.safetensors"),
    BadInput("a file without input_ids", ids, "There is no tensor 'input_ids'.") {
      try $0.writeTokenIDs([[1, 2]], named: "ids")
    },
    BadInput("ids beyond the vocabulary", ids, "Token id 301 is outside") {
      try $0.writeTokenIDs([[1, 2], [3, 301]])
    },
    BadInput("negative ids", ids, "Token id -1 is outside") { try $0.writeTokenIDs([[1, -1]]) },
    BadInput("rows beyond the positions", ids, "longer than the model's 256 positions") {
      try $0.writeTokenIDs([Array(repeating: 1, count: 257)])
    },
    BadInput("nothing to predict", "eval model --token-ids ids.safetensors", "nothing to predict") {
      try $0.writeTokenIDs([[1], [2]])
    },
    BadInput(
      "a reference of another vocabulary", evaluate + " --reference other",
      "has 301 tokens in its vocabulary and the reference 300"
    ) {
      var other = TinyModel()
      other.vocabulary = 300
      try other.write(to: $0.folder["other"])
    },
    BadInput("no reference", evaluate + " --reference other", "There is no folder other."),
  ]

  private static let ids = logits("new.safetensors")

  static let all = models + texts + outputs + documents + tokenIDs
}
