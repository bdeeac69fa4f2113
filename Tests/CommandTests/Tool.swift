import Foundation
import TestSupport
import Testing

/// What a user sees of a run of the tool.
struct Outcome {
  let output: String
  let errors: String
  let exitCode: Int32

  var errorLines: [Substring] { errors.split(separator: "\n") }

  var lastError: String { errorLines.last.map(String.init) ?? "" }

  /// The result as an object; nil if it isn't exactly one JSON document.
  var json: [String: Any]? {
    (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any]
  }
}

/// The tool as it was built.
enum Tool {
  static let url: URL = {
    let bundles = Bundle.allBundles.map(\.bundleURL).filter { $0.pathExtension == "xctest" }
    let places =
      (bundles + [Bundle.main.bundleURL, URL(filePath: CommandLine.arguments[0])])
      .flatMap { [$0, $0.deletingLastPathComponent()] }
      + [PackageFolder.path(".build/release"), PackageFolder.path(".build/debug")]
    let candidates = places.map { $0.appending(path: "bpw") }
    guard
      let found = candidates.first(where: { url in
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
          && !isFolder.boolValue && FileManager.default.isExecutableFile(atPath: url.path)
      })
    else { fatalError("bpw isn't in \(places.map(\.path)). Build it first.") }
    return found
  }()

  /// Starts the tool in a folder. What it prints goes to the files given.
  static func start(
    _ arguments: [String], in folder: URL, input: String = "", output: URL, errors: URL,
    environment: [String: String] = [:]
  ) throws -> Process {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let inputFile = output.appendingPathExtension("in")
    for (file, content) in [(inputFile, input), (output, ""), (errors, "")] {
      try Data(content.utf8).write(to: file)
    }
    process.standardInput = try FileHandle(forReadingFrom: inputFile)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    return process
  }
}

/// Runs the tool in a folder and waits for its end. Arguments are cut at spaces.
func bpw(
  _ line: String, in folder: URL, input: String = "", environment: [String: String] = [:]
) throws -> Outcome {
  try bpw(
    line.split(separator: " ").map(String.init), in: folder, input: input,
    environment: environment)
}

func bpw(
  _ arguments: [String], in folder: URL, input: String = "", environment: [String: String] = [:]
) throws -> Outcome {
  let printed = try TemporaryFolder()
  let process = try Tool.start(
    arguments, in: folder, input: input, output: printed["out"], errors: printed["err"],
    environment: environment)
  process.waitUntilExit()
  return Outcome(
    output: try String(contentsOf: printed["out"], encoding: .utf8),
    errors: try String(contentsOf: printed["err"], encoding: .utf8),
    exitCode: process.terminationStatus)
}

/// Runs the tool in a workplace, where it must succeed.
@discardableResult
func run(
  _ line: String, in place: Workplace, environment: [String: String] = [:]
) throws -> Outcome {
  let outcome = try bpw(line, in: place.url, environment: environment)
  #expect(outcome.exitCode == 0, "\(line): \(outcome.errors)")
  return outcome
}
