import Foundation

/// Why a file cannot be used, and what to do about it.
package struct DocumentError: LocalizedError, Equatable {
  /// The path as it was given.
  package let file: String
  /// What is wrong with it.
  package let problem: DocumentProblem
  /// The command that writes such files.
  package let writer: String

  package init(file: String, problem: DocumentProblem, writer: String) {
    self.file = file
    self.problem = problem
    self.writer = writer
  }

  package var errorDescription: String? {
    let again = "Write the file again with '\(writer)'."
    return switch problem {
    case .unreadable:
      "\(file) cannot be opened. Check the path, or write the file with '\(writer)'."
    case .unwritable(let reason):
      "\(file) cannot be written: \(reason)"
    case .notJSON:
      "\(file) is not complete JSON; it may have been cut short. \(again)"
    case .otherKind(let expected, let found):
      "\(file) is \(found.map { "a '\($0)'" } ?? "another kind of file"), not a '\(expected)'. "
        + "Give the file that '\(writer)' wrote."
    case .newerVersion(let supported, let found):
      "\(file) has version \(found), but this program reads versions up to \(supported). "
        + "Update the program, or write the file again with this one's '\(writer)'."
    case .olderVersion(let oldest, let found):
      "\(file) has version \(found), but this program reads versions from \(oldest) up. \(again)"
    case .malformed(let place, let problem):
      "\(file): \(place) cannot be read. \(problem) \(again)"
    case .duplicateLayer(let layer):
      "\(file) has layer '\(layer)' twice. \(again)"
    case .noOptions(let layer):
      "\(file): layer '\(layer)' has no options. \(again)"
    case .duplicateOption(let option, let layer):
      "\(file): layer '\(layer)' has option '\(option)' twice. \(again)"
    case .wrongRowCount(let place, let expected, let found):
      "\(file): \(place) has \(found) values for \(expected) calibration rows. \(again)"
    case .invalidNumber(let place, let found, let requirement):
      "\(file): \(place) is \(found); it must be \(requirement). \(again)"
    case .contradiction(let place, let stated, let computed):
      "\(file): \(place) is \(stated), but the layers make it \(computed). \(again)"
    }
  }
}

/// What can be wrong with a file.
package enum DocumentProblem: Error, Equatable {
  case unreadable
  case unwritable(reason: String)
  case notJSON
  /// `found` is nil when the file doesn't say what it is.
  case otherKind(expected: String, found: String?)
  case newerVersion(supported: Int, found: Int)
  case olderVersion(oldest: Int, found: Int)
  /// A value that is missing or can't be decoded; `place` says where it should stand.
  case malformed(place: String, problem: String)
  case duplicateLayer(String)
  case noOptions(layer: String)
  case duplicateOption(String, layer: String)
  /// A list that should have an element per calibration row.
  case wrongRowCount(place: String, expected: Int, found: Int)
  case invalidNumber(place: String, found: String, requirement: String)
  /// A number that the layers' own numbers refute.
  case contradiction(place: String, stated: String, computed: String)
}

extension DocumentProblem {
  /// Names the place where decoding failed, as far as the error or the layers tell it.
  init<Layer>(_ error: any Error, layers: LayerProbes<Layer>) {
    switch error {
    case let problem as DocumentProblem:
      self = problem
    case DecodingError.keyNotFound(let key, let context):
      self.init(context.codingPath + [key], "There is no such value.", layers)
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      self.init(context.codingPath, context.debugDescription, layers)
    default:
      // Foundation does not say where it found a number that is too large for its type.
      let place = layers.firstUnreadable.map { layers.description(ofLayer: $0) }
      self = .malformed(place: place ?? "a number", problem: "Some number is too large.")
    }
  }

  private init<Layer>(
    _ path: [any CodingKey], _ problem: String, _ layers: LayerProbes<Layer>
  ) {
    guard !path.isEmpty else {
      self = .notJSON
      return
    }
    let index = path[0].stringValue == "layers" ? path.dropFirst().first?.intValue : nil
    let layer = index.map { layers.description(ofLayer: $0) }
    let rest = path.dropFirst(index == nil ? 0 : 2)
      .map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }
      .joined().drop { $0 == "." }
    let place = [layer, rest.isEmpty ? nil : String(rest)].compactMap { $0 }
    self = .malformed(place: place.joined(separator: ", "), problem: problem)
  }
}

/// Throws unless a number is as it must be.
func check<Number: Numeric>(
  _ condition: Bool, _ place: String, _ found: Number, _ requirement: String
) throws(DocumentProblem) {
  guard condition else {
    throw .invalidNumber(place: place, found: "\(found)", requirement: requirement)
  }
}

/// Throws unless a number is what the layers make it.
func checkEqual(_ place: String, stated: Int, computed: Int) throws(DocumentProblem) {
  guard stated == computed else {
    throw .contradiction(place: place, stated: "\(stated)", computed: "\(computed)")
  }
}

/// Throws unless a number is, up to rounding, what the layers make it.
func checkClose(_ place: String, stated: Double, computed: Double) throws(DocumentProblem) {
  guard stated.isClose(to: computed) else {
    throw .contradiction(place: place, stated: "\(stated)", computed: "\(computed)")
  }
}
