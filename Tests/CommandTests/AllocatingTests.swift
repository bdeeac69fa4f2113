import Foundation
import TestSupport
import Testing

@Suite("Allocating")
struct AllocatingTests {
  @Test("keeps a file's size", arguments: [3.5, 4.5, 6])
  func keepsAFilesSize(bits: Double) throws {
    let place = try Workplace()
    try place.addResults()
    let size = try run("optimize m.json --bits \(bits) -o b.json --json", in: place)
    let bytes = try #require(size.json?["file_bytes"] as? Int)
    try run("optimize m.json --size \(bytes) -o c.json", in: place)
    try run("convert model -a c.json -o q", in: place)
    let written = try #require(try place.contents()["q/output.safetensors"]).count
    #expect(written <= bytes)
    #expect(written > bytes * 19 / 20)
  }

  @Test func refutesAnAllocationThatWasTamperedWith() throws {
    let place = try Workplace()
    try place.addResults()
    let fine = try run("verify a.json -m m.json --search", in: place)
    #expect(fine.output.hasSuffix("a.json is what it says it is.\n"))
    #expect(fine.output.split(separator: "\n").count { $0.hasPrefix("holds  ") } == 9)

    let text = try String(contentsOf: place.folder["a.json"], encoding: .utf8)
    let gap = try #require(text.firstMatch(of: #/"table": "([0-9a-f]+)"/#)).output.1
    try place.folder.write("b.json", text.replacing(gap, with: "0123456789abcdef"))
    let outcome = try bpw("verify b.json -m m.json", in: place.url)
    #expect(outcome.exitCode == 1)
    #expect(outcome.output.contains("WRONG  table"))
    #expect(outcome.output.hasSuffix("Make it again with 'bpw optimize'.\n"))
  }

  @Test("repeats what was asked for, so that it can be checked")
  func repeatsWhatWasAskedFor() throws {
    let place = try Workplace()
    try place.addResults()
    for (index, options) in [
      "--bits 6 --pin lm_head=8 --min *.v_proj=4 --depth-weight 0.5",
      "--bits 5 --objective min-max", "--bits 5 --objective lexicographic --slack 0.1",
      "--bits 5 --objective worst-stratum --weight text=2",
      "--memory 1MB --context 10 --overhead 850kB --estimator ratio-of-sums --scale output",
      "--bits 5 --strategy greedy --objective power --power 1.5 --depth-curve 1,2,1",
    ].enumerated() {
      try run("optimize m.json \(options) -o o\(index).json", in: place)
      try run("verify o\(index).json -m m.json --search", in: place)
    }
    let pinned = try run(
      "optimize m.json --bits 6 --pin lm_head=8 -o p.json --json", in: place)
    let layers = try #require(pinned.json?["layers"] as? [[String: Any]])
    #expect(layers.last?["option"] as? String == "1:8b_32g s4")
  }

  @Test func showsTheFrontier() throws {
    let place = try Workplace()
    try place.addResults()
    let all = try run("frontier m.json --json", in: place)
    let corners = try #require(all.json?["points"] as? [[String: Any]])
    let bits = corners.compactMap { $0["bits_per_weight"] as? Double }
    #expect(bits.count == corners.count && bits == bits.sorted())
    let some = try run("frontier m.json --bits 4:5:0.5", in: place)
    #expect(some.output.split(separator: "\n").count == 4)
  }
}
