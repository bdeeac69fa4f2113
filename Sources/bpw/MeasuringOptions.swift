import ArgumentParser
import Foundation
import Jobs

/// How layers are measured.
struct MeasuringOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The menu of options to measure. (default: qparams/exl2.json)", valueName: "file"))
  var qparams: String?

  @Option(
    parsing: .unconditional,
    help: """
      Added to the Hessian's diagonal, as a multiple of its mean. (default: what suits the number \
      of tokens)
      """)
  var damping: Double?

  @Option(
    parsing: .unconditional,
    help: """
      Random combinations of each row's tokens by which errors are shared out among rows; \
      0 takes the tokens themselves, which is exact and slower.
      """)
  var sketch = MeasureSettings().sketch

  func validate() throws {
    if let damping, !(damping > 0 && damping <= 10) {
      throw ValidationError("--damping is \(damping); it must be above 0 and at most 10.")
    }
    guard sketch >= 0 else {
      throw ValidationError("--sketch is \(sketch); it must be 0 or more.")
    }
  }

  /// The files to read.
  var inputs: [String] { [qparams].compactMap(\.self) }

  var settings: MeasureSettings { MeasureSettings(damping: damping, sketch: sketch) }

  func menuURL() throws -> URL {
    if let qparams { return URL(filePath: qparams) }
    guard let folder = ResourceFolder.find("qparams") else {
      throw OutputError.noMenu(
        searched: ResourceFolder.candidates("qparams").prefix(2).map(\.path))
    }
    return folder.appending(path: "exl2.json")
  }
}
