import ArgumentParser
import Checkpoints
import Foundation
import Tensors

@main
struct BPW: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bpw",
    abstract: "Quantize language models, spending every bit where it counts.",
    discussion: """
      Measure a model once; then, for any size, choose the best option for every layer and \
      convert. All of it in one command:

        bpw quantize models/demo --bits 4.0 --output demo-4bpw

      or step by step:

        bpw measure  models/demo --output demo.measurement.json
        bpw optimize demo.measurement.json --bits 4.0 --output demo.4bpw.json
        bpw convert  models/demo --allocation demo.4bpw.json --output demo-4bpw
        bpw eval     demo-4bpw --reference models/demo --text models/held-out.txt
      """,
    version: "0.1.0",
    subcommands: [
      Inspect.self, Measure.self, Optimize.self, Frontier.self, Compare.self, Stability.self,
      Verify.self, Convert.self, Eval.self, Quantize.self, Sensitivity.self, ExLlama.self,
      Tokenize.self,
    ])

  /// A setting that does nothing should not look as if it did.
  private static func checkEnvironment() {
    let environment = ProcessInfo.processInfo.environment
    let name = Threads.variable
    if let text = environment[name], Threads.requested == nil {
      Console.say("Warning: \(name) is '\(text)', not a number of threads. All cores are used.")
    }
    for (name, otherwise) in [
      ("BPW_PORTABLE", "AMX is used where there is any."),
      ("BPW_EMULATED_AMX", "Nothing is emulated."),
    ] {
      if let value = environment[name], value != "1" {
        Console.say("Warning: \(name) is '\(value)'; only 1 has a meaning. \(otherwise)")
      }
    }
  }

  static func main() {
    // A reader that has gone away, as in `| head`, is no reason to stop.
    signal(SIGPIPE, SIG_IGN)
    // A file must not get the number of a stream that was closed, and what is printed there.
    for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDWR)
    }
    // Where a file may not grow further, writing is to fail, and to be reported.
    signal(SIGXFSZ, SIG_IGN)
    MappedFile.reportTruncation()
    Interruption.watch()
    checkEnvironment()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      Interruption.letPass()
      Console.closeLine()
      exit(withError: error)
    }
  }
}
