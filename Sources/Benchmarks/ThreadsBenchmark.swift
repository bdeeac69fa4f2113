import Foundation
import Quantization
import Tensors

/// What a second core gains, by the clock on the wall: mean only on a machine that does nothing else.
///
/// How many threads run is settled when a process starts, so that each line takes two processes.
enum ThreadsBenchmark {
  /// The argument that makes a process one of those.
  static let workerName = "threads-worker"

  private static let jobs: [(name: String, run: @Sendable () throws -> Double)] = [
    ("Hessian, 2048 tokens × 4096", hessian), ("45 options, 1024 × 1024", options),
    ("factor of 4 layers of 2048", factors),
  ]

  static func run() throws {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    print("Wall time, \(cores) cores; one thread is BPW_THREADS=1\n")
    print("work                          one: ms   all: ms   times as fast")
    let (one, all) = (try times(isSerial: true), try times(isSerial: false))
    for (index, job) in jobs.enumerated() {
      print(
        job.name.padded(30)
          + String(format: "%-10.0f%-10.0f%.2f", one[index], all[index], one[index] / all[index]))
    }
  }

  private static func times(isSerial: Bool) throws -> [Double] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [workerName]
    var environment = ProcessInfo.processInfo.environment
    environment["BPW_THREADS"] = isSerial ? "1" : nil
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").compactMap { Double($0) }
  }

  /// Prints each job's time in milliseconds, a line each.
  static func work() throws {
    for job in jobs { print(try job.run()) }
  }

  private static func medianWall(_ body: () throws -> Void) rethrows -> Double {
    try body()
    return median(try (0..<3).map { _ in try wallMilliseconds(body) })
  }

  @Sendable private static func hessian() -> Double {
    let x = randomMatrix(2048, 4096, seed: 1)
    var hessian = Hessian(inputs: 4096)
    return medianWall { hessian.add(x) }
  }

  @Sendable private static func options() throws -> Double {
    let menu = try OptionMenu(contentsOf: URL(fileURLWithPath: "qparams/exl2.json")).options
    let factor = try ProductBenchmark.sampleHessian(inputs: 1024).factor()
    let weights = randomMatrix(1024, 1024, seed: 5, size: 0.02)
    return try medianWall {
      _ = try gptq(weights, factor: factor, options: menu) { $1.error }
    }
  }

  @Sendable private static func factors() throws -> Double {
    let hessian = ProductBenchmark.sampleHessian(inputs: 2048)
    return try medianWall { _ = try parallelMap(4) { _ in try hessian.factor() } }
  }
}
