import Foundation

/// Why a measurement can't be exchanged with ExLlamaV2's converter. Places begin with the file.
package enum ExLlamaError: LocalizedError, Equatable {
  case unreadable(file: String)
  case notJSON(file: String, reason: String)
  /// Not what the converter writes.
  case noMeasurement(file: String)
  /// From before the middle of December 2023.
  case oldSchema(file: String)
  case malformed(_ place: String, expected: String, found: String)
  case accuracy(_ place: String, found: String)
  case layout(_ place: String, reason: String)
  case differentBits(_ place: String, found: Int, expected: Int)
  /// An option that doesn't say what a projection gets.
  case missingLayout(_ place: String, projection: String)
  /// The job that wrote the file had not measured all modules.
  case unfinished(file: String, last: Int, expected: Int)
  case missingModule(file: String, module: String)
  case unknownModule(file: String, module: String)
  /// Neither a measurement nor an allocation.
  case otherKind(file: String, found: String?)
  case otherModel(file: String, found: String, model: String)
  case missingLayer(file: String, layer: String)
  /// Layers that share a decision, and aren't those of a module.
  case tiedOtherwise(file: String, layer: String, module: String)
  /// One layout for all experts is all that a file can say.
  case expertsDiffer(module: String, projection: String, options: [String])
  case unusableOption(file: String, layer: String, reason: String)

  package var errorDescription: String? {
    let again = "Write the file again with ExLlamaV2's convert.py."
    let other = "It is of another model: give the folder of its model with --model."
    return switch self {
    case .unreadable(let file):
      "\(file) cannot be opened. Check the path."
    case .notJSON(let file, let reason):
      "\(file) is not valid JSON. \(reason)"
    case .noMeasurement(let file):
      "\(file) has no object \"measurement\" with modules in it, so that it isn't what ExLlamaV2 "
        + "writes. Give the measurement.json that convert.py wrote."
    case .oldSchema(let file):
      "\(file) lists options per matrix, as ExLlamaV2 did until December 2023; it doesn't read "
        + "such files any more either. Measure the model again."
    case .malformed(let place, let expected, let found):
      "\(place): expected \(expected), found \(found). \(again)"
    case .accuracy(let place, let found):
      "\(place): the accuracy is \(found); it must be at least 0 and below 1. "
        + "Measure the model again, or remove the option."
    case .layout(let place, let reason):
      "\(place): the layout can't be used: \(reason)"
    case .differentBits(let place, let found, let expected):
      "\(place): \"total_bits\" is \(found), but the module's layers take \(expected) in these "
        + "layouts. The file is damaged, or of a model of another shape."
    case .missingLayout(let place, let projection):
      "\(place): there is no layout for \"\(projection)\". \(again)"
    case .unfinished(let file, let last, let expected):
      "\(file) is of an unfinished job: its last module is \(last) of \(expected). "
        + "Let convert.py finish measuring."
    case .missingModule(let file, let module):
      "\(file) has no '\(module)', which the model has. \(other)"
    case .unknownModule(let file, let module):
      "\(file) has '\(module)', which the model doesn't have. \(other)"
    case .otherKind(let file, let found):
      "\(file) is \(found.map { "a '\($0)'" } ?? "another kind of file"). Give a measurement that "
        + "'bpw measure' wrote, or an allocation that 'bpw optimize' wrote."
    case .otherModel(let file, let found, let model):
      "\(file) was made for a model with fingerprint \(found.prefix(12))…, but this one has "
        + "\(model.prefix(12))…. Give the folder of the model that was measured with --model."
    case .missingLayer(let file, let layer):
      "\(file) has nothing for '\(layer)'. It was made of another model: measure this one."
    case .tiedOtherwise(let file, let layer, let module):
      "\(file): '\(layer)' stands for layers other than those of '\(module)', which ExLlamaV2 "
        + "decides about together. Measure the model with 'bpw measure'."
    case .expertsDiffer(let module, let projection, let options):
      "The experts of '\(module)' have different options for \(projection) "
        + "(\(options.joined(separator: ", "))), and ExLlamaV2's converter gives all experts of a "
        + "block the same. Convert this allocation with 'bpw convert'."
    case .unusableOption(let file, let layer, let reason):
      "\(file): the option of '\(layer)' can't be used. \(reason)"
    }
  }
}
