import Foundation
import TestSupport
import Testing

@Suite("bpw exllama")
struct ExLlamaTests {
  @Test func exchangesMeasurements() throws {
    let place = try Workplace()
    try place.addResults()
    try run("exllama export m.json --model model -o theirs.json", in: place)
    try run("exllama import theirs.json --model model --head-bits 8 -o ours.json", in: place)
    try run("optimize ours.json --bits 6 -o a6.json", in: place)
    let report = try run("exllama export a6.json --model model -o plan.json --json", in: place)
    #expect(report.json?["kind"] as? String == "bpw.exllama_export")
    #expect(report.json?["head_bits"] as? Int == 8)
    let next = try #require(report.json?["next"] as? String)
    #expect(next.hasPrefix("python convert.py -i model -o work -m plan.json -b "))
    #expect(next.hasSuffix(" -hb 8 -cf output"))
    // The text that ExLlamaV2 measured on is unknown.
    try run("convert model -a a6.json -o q6 --calibration text.txt --rows 2 --tokens 32", in: place)
    try run("eval q6 --text text.txt --tokens 32", in: place)
  }

  @Test func exportsAnAllocation() throws {
    let place = try Workplace()
    try place.addResults()
    let outcome = try run("exllama export a.json --model model -o plan.json", in: place)
    #expect(outcome.output.contains("Wrote 4 modules with one option each: plan.json"))
    // The menu has no layout that ExLlamaV2 gives a head.
    #expect(outcome.errorLines.contains { $0.hasPrefix("Warning: The allocation gives 'lm_head'") })
  }

  @Test(
    "says what is wrong",
    arguments: [
      BadInput(
        "no file", "exllama import no.json -m model -o new.json", "no.json cannot be opened"),
      BadInput("ours", "exllama import m.json -m model -o new.json", "it isn't what ExLlamaV2"),
      BadInput("no file", "exllama export no.json -m model -o new.json", "cannot be opened"),
      BadInput(
        "neither", "exllama export menu.json -m model -o new.json", "menu.json is a 'bpw.qparams'"),
      BadInput("a quantized model", "exllama export m.json -m quantized -o new.json", "exl2"),
      BadInput("another model", "exllama export m.json -m model -o new.json", "fingerprint") {
        try $0.put(3, into: "model.norm.weight")
      },
      BadInput(
        "an output that exists", "exllama export m.json -m model -o a.json", "a.json exists"),
      BadInput(
        "an unknown head", "exllama import m.json -m model -o new.json --head-bits 7",
        "--head-bits is 7; ExLlamaV2 has 2, 3, 4, 5, 6, 8."),
    ])
  func saysWhatIsWrong(input: BadInput) throws {
    let place = try Workplace()
    try place.addResults()
    try input.damage(place)
    let before = try place.contents()
    let outcome = try bpw(input.line, in: place.url)
    #expect(outcome.exitCode != 0 && outcome.output == "")
    #expect(outcome.errors.contains(input.message), "\(outcome.errors)")
    #expect(try place.contents() == before)
  }

  @Test("shows an example", arguments: ["exllama", "exllama import", "exllama export"])
  func showsAnExample(command: String) throws {
    let help = try bpw("\(command) --help", in: PackageFolder.url)
    #expect(help.exitCode == 0)
    #expect(help.output.contains("  bpw \(command)"))
    #expect(
      help.output.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.hasPrefix("USAGE") })
  }
}
