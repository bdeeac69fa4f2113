import Foundation
import TestSupport
import Testing

@Suite("The chain of commands")
struct ChainTests {
  private static let demo = PackageFolder.path("models/demo").path

  @Test func bringsTheDemoModelToASize() throws {
    let place = try Workplace()
    let demo = Self.demo
    try run("measure \(demo) -o m.json --rows 2 --tokens 64 --qparams menu.json", in: place)
    for size in ["3.2", "4.5"] {
      try run("optimize m.json --bits \(size) -o a\(size).json", in: place)
      try run("convert \(demo) --allocation a\(size).json --output q\(size)", in: place)
    }
    let divergences = try ["3.2", "4.5"].map { size in
      let outcome = try run(
        "eval q\(size) --reference \(demo) --text text.txt --tokens 64 --json", in: place)
      let divergence = try #require(outcome.json?["kl_divergence"] as? [String: Double])
      return try #require(divergence["value"])
    }
    #expect(divergences[1] > 0 && divergences[1] < 0.1)
    #expect(divergences[0] > 1.5 * divergences[1])
  }

  @Test func printsOneDocumentOfEachKind() throws {
    let place = try Workplace()
    try place.writeTokenIDs([[1, 2, 3], [4, 5, 6]])
    let lines = [
      ("inspect", "inspect model"),
      ("measure", "measure model -o m.json \(Workplace.quick)"),
      ("optimize", "optimize m.json -b 4.5 -o a.json"),
      ("verify", "verify a.json -m m.json --search"),
      ("frontier", "frontier m.json"),
      ("stability", "stability m.json -b 4.5 --bootstraps 5"),
      ("convert", "convert model -a a.json -o q"),
      ("quantize", "quantize model -b 4 -o r --measurement m.json \(Workplace.quick)"),
      ("eval", "eval q --reference model --text text.txt --tokens 32"),
      ("logits", "eval q --token-ids ids.safetensors --logits logits.safetensors"),
      ("tokens", "tokenize model --text text.txt"),
      ("text", "tokenize model --decode --text ids.txt"),
    ]
    try place.folder.write("ids.txt", "[70, 71]")
    for (kind, line) in lines {
      let document = try #require(try run(line + " --json", in: place).json)
      #expect(document["kind"] as? String == "bpw.\(kind)")
      #expect(document["version"] as? Int == 1)
      #expect(keys(document).allSatisfy { $0.wholeMatch(of: #/[a-z0-9]+(_[a-z0-9]+)*/#) != nil })
    }
  }

  @Test func saysResultsAndProgressInDifferentPlaces() throws {
    let place = try Workplace()
    let options = "--qparams menu.json --calibration text.txt --rows 2 --tokens 32"
    let loud = try run("measure model -o m.json \(options)", in: place)
    #expect(loud.output.hasPrefix("Measured 15 linear layers under 3 options each: m.json\n"))
    #expect(loud.errorLines.map { $0.prefix(12) }.contains("Calibration "))
    #expect(loud.errorLines.count { $0.hasPrefix("Measuring ") } == 3)
    #expect(!loud.errors.contains("\r") && !loud.errors.contains("\u{1b}"))

    let quiet = try run("measure model -o m.json --overwrite -q \(options)", in: place)
    #expect(quiet.output == loud.output)
    #expect(quiet.errors == "")
  }

  @Test("gives the same bytes on one thread", arguments: [0, 6])
  func givesTheSameBytesOnOneThread(experts: Int) throws {
    var tiny = TinyModel()
    tiny.experts = experts
    let place = try Workplace(tiny)
    for (name, environment) in [("1", ["BPW_THREADS": "1"]), ("n", [:])] {
      try run(
        "measure model -o m\(name).json \(Workplace.quick)", in: place, environment: environment)
      try run("optimize m\(name).json -b 4.5 -o a\(name).json", in: place)
      try run("convert model -a a\(name).json -o q\(name)", in: place, environment: environment)
    }
    let contents = try place.contents()
    for name in ["m*.json", "a*.json", "q*/output.safetensors", "q*/config.json"] {
      let one = try #require(contents[name.replacing("*", with: "1")])
      #expect(one == contents[name.replacing("*", with: "n")], "\(name)")
    }
  }

  @Test func saysHowCertainAnAllocationIs() throws {
    let place = try Workplace()
    let text = (0..<40).map { "{\"text\": \"\(String(repeating: "Story \($0) ", count: 9))\"}" }
    try place.folder.write("t.jsonl", text.joined(separator: "\n"))
    let options = "--qparams menu.json --calibration t.jsonl --rows 20 --tokens 32 -q"
    try run("measure model -o m.json \(options)", in: place)
    try run("optimize m.json -b 4.5 -o a.json", in: place)

    let outcome = try run("stability m.json --bits 4.5", in: place)
    let lines = outcome.output.split(separator: "\n")
    // A header, the layers, the regret and what it means.
    #expect(lines.count == 1 + 15 + 2)
    #expect(lines[16].hasPrefix("Regret ") && lines[16].contains("over 200 bootstraps of "))
    #expect(lines[16].hasSuffix(" documents") && !outcome.errors.contains("Note"))
    #expect(try run("stability m.json --allocation a.json", in: place).output == outcome.output)

    let results = try [["BPW_THREADS": "1"], [:]].map {
      try run("stability m.json -b 4.5 --json", in: place, environment: $0).output
    }
    #expect(results[0] == results[1])
    let other = try run("stability m.json -b 4.5 --json --seed 2", in: place).output
    #expect(other != results[0])
    #expect(try run("stability m.json -b 4.5 --bootstraps 3", in: place).output.contains("over 3 "))
  }

  @Test func saysHowManyExpertsSawFewTokens() throws {
    var tiny = TinyModel()
    tiny.experts = 6
    let place = try Workplace(tiny)
    let outcome = try run("measure model -o m.json \(Workplace.quick)", in: place)
    let warnings = outcome.errorLines.filter { $0.hasPrefix("Warning: ") }
    #expect(warnings.count == 1 && warnings[0].contains("of 12 experts, in 2 of 2 blocks, saw"))
    let table = try run("optimize m.json -b 3.5 -o a.json", in: place).output
    #expect(table.contains("model.layers.1.block_sparse_moe.experts.*.w2"))
    #expect(table.contains(" × ") && !table.contains("experts.5"))
    let document = try #require(try run("inspect model --json", in: place).json)
    let parameters = try #require(document["parameters"] as? [String: Int])
    // Four of six experts are idle: in each of two blocks, 4 · 3 · 64 · 96 weights.
    #expect(parameters["linear"]! - parameters["active_linear"]! == 2 * 4 * 3 * 64 * 96)
  }

  @Test func measuresOnceForSeveralSizes() throws {
    let place = try Workplace()
    let options = Workplace.quick.replacing(" --quiet", with: "")
    let first = try run("quantize model -b 4.5 -o q4 \(options)", in: place)
    #expect(first.errors.contains("Measuring "))
    #expect(first.errors.contains("kept in model.measurement.json"))
    let second = try run("quantize model -b 3.5 -o q3 \(options)", in: place)
    #expect(!second.errors.contains("Measuring "))
    #expect(second.errors.contains("taken from model.measurement.json"))
  }

  @Test func replacesAnOutputOnRequest() throws {
    let place = try Workplace()
    try place.addResults()
    try run("optimize m.json -b 3.5 -o a.json --overwrite", in: place)
    try run("convert model -a a.json -o quantized --overwrite", in: place)
    #expect(try place.folder.names.filter { $0.hasPrefix(".") } == [])
  }

  @Test func acceptsAnyFileName() throws {
    let place = try Workplace()
    try place.copy("model", to: "mödel x")
    try place.copy("text.txt", to: "te xt ä.txt")
    try place.folder.write("t.jsonl", "{\"text\": \"\(String(repeating: "Ünï ", count: 40))\"}\n")
    let outcome = try bpw(
      [
        "quantize", "mödel x", "-b", "4.5", "-o", "äus gabe", "--qparams", "menu.json",
        "--calibration", "te xt ä.txt", "--calibration", "t.jsonl", "--rows", "3", "--tokens", "32",
        "--random-rows", "1",
      ], in: place.url)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(try place.folder.names.contains("mödel x.measurement.json"))
    #expect(try place.folder.names.contains("äus gabe"))
  }

  @Test("works with few rows", arguments: ["--rows 1", "--rows 2 --random-rows 0"])
  func fewRows(options: String) throws {
    let place = try Workplace()
    try run("measure model -o m.json --qparams menu.json --tokens 32 \(options)", in: place)
    try run("optimize m.json -b 4 -o a.json", in: place)
    try run("convert model -a a.json -o q", in: place)
  }

  @Test func decodesWhatItEncoded() throws {
    let folder = try TemporaryFolder()
    let text = "Once upon a time, ünïcødé\n"
    let ids = try bpw("tokenize \(Self.demo) --no-special --json", in: folder.url, input: text)
    let decoded = try bpw("tokenize \(Self.demo) --decode", in: folder.url, input: ids.output)
    #expect(decoded.output == text + "\n")
  }

  /// All keys of a document, at any depth.
  private func keys(_ value: Any) -> [String] {
    switch value {
    case let object as [String: Any]: object.keys + object.values.flatMap(keys)
    case let list as [Any]: list.flatMap(keys)
    default: []
    }
  }
}
