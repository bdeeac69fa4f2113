import Foundation
import TestSupport
import Testing

@Suite("Help")
struct HelpTests {
  static let commands = [
    "inspect", "measure", "optimize", "frontier", "compare", "stability", "verify", "convert",
    "eval", "quantize", "sensitivity", "tokenize",
  ]

  @Test("shows an example that works as typed", arguments: commands)
  func showsAnExample(command: String) throws {
    let outcome = try bpw([command, "--help"], in: PackageFolder.url)
    #expect(outcome.exitCode == 0)
    #expect(outcome.errors == "")
    let examples = Self.examples(in: outcome.output)
    #expect(examples.contains { $0[0] == command })
    #expect(
      outcome.output.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.hasPrefix("USAGE") })
    for example in examples { try checkParses(example) }
  }

  @Test func showsTheWholeChain() throws {
    let outcome = try bpw(["--help"], in: PackageFolder.url)
    let examples = Self.examples(in: outcome.output)
    #expect(examples.map { $0[0] } == ["quantize", "measure", "optimize", "convert", "eval"])
    for example in examples { try checkParses(example) }
    for command in Self.commands { #expect(outcome.output.contains("\n  \(command) ")) }
  }

  @Test("names the options that every command has", arguments: commands)
  func namesCommonOptions(command: String) throws {
    let help = try bpw([command, "--help"], in: PackageFolder.url).output
    #expect(help.contains("--json") && help.contains("--quiet"))
  }

  /// The arguments of the lines that show how to call the tool.
  private static func examples(in help: String) -> [[String]] {
    help.split(separator: "\n").compactMap { line in
      guard let call = line.firstMatch(of: #/^ +(?:echo '.*' \| )?bpw (.*)$/#)?.1 else {
        return nil
      }
      return call.split(separator: " ").map(String.init)
    }
  }

  /// Runs an example in an empty folder, where a command line that is right can't be carried out:
  /// files are missing (1), but nothing is wrong with the line (64).
  private func checkParses(_ example: [String]) throws {
    let folder = try TemporaryFolder()
    let outcome = try bpw(example, in: folder.url)
    #expect(outcome.exitCode == 1, "\(example): \(outcome.errors)")
  }
}
