import ByteJSON

/// A value of a document, and where it stands. For documents with so many numbers that decoding them
/// one by one would take most of a command's time.
struct DocumentValue {
  let value: JSONValue
  /// Such as "calibration.rows", or "layer 'lm_head', options[2].bits".
  let place: String
  /// What stands between the place and a member's key.
  var separator = "."

  /// A member. Throws if this is no object, or has no such member.
  func member(_ key: String) throws(DocumentProblem) -> DocumentValue {
    guard let found = try optional(key) else {
      throw .malformed(place: path(key), problem: "There is no such value.")
    }
    return found
  }

  /// A member, nil if there is none or it is null.
  func optional(_ key: String) throws(DocumentProblem) -> DocumentValue? {
    guard let object = value.object else { throw wrong("an object") }
    guard let found = object[key], !found.isNull else { return nil }
    return DocumentValue(value: found, place: path(key))
  }

  var int: Int {
    get throws(DocumentProblem) {
      guard let int = value.int else { throw wrong("a whole number") }
      return int
    }
  }

  var double: Double {
    get throws(DocumentProblem) {
      guard let double = value.double else { throw wrong("a number") }
      return double
    }
  }

  var text: String {
    get throws(DocumentProblem) {
      guard let text = value.text else { throw wrong("a text") }
      return text
    }
  }

  /// The elements of an array, each with its place.
  var elements: [DocumentValue] {
    get throws(DocumentProblem) {
      guard let array = value.array else { throw wrong("a list") }
      return array.enumerated()
        .map { DocumentValue(value: $0.element, place: "\(place)[\($0.offset)]") }
    }
  }

  /// The numbers of an array. Their places are only made up if one is wrong.
  var floats: [Float] {
    get throws(DocumentProblem) {
      guard let array = value.array else { throw wrong("a list") }
      var floats: [Float] = []
      floats.reserveCapacity(array.count)
      for (index, element) in array.enumerated() {
        guard let number = element.double else {
          throw DocumentValue(value: element, place: "\(place)[\(index)]").wrong("a number")
        }
        let float = Float(number)
        guard float.isFinite else {
          throw .malformed(place: "\(place)[\(index)]", problem: "\(number) is too large.")
        }
        floats.append(float)
      }
      return floats
    }
  }

  func wrong(_ expected: String) -> DocumentProblem {
    .malformed(place: place, problem: "It is \(value.kind), not \(expected).")
  }

  private func path(_ key: String) -> String {
    place.isEmpty ? key : place + separator + key
  }
}

extension DocumentProblem {
  /// Why text isn't JSON that can be used.
  init(_ error: JSONError) {
    switch error.problem {
    case .numberTooLarge:
      self = .malformed(place: "line \(error.line)", problem: "Some number is too large.")
    case .duplicateKey(let key):
      self = .malformed(place: "line \(error.line)", problem: "It has the key '\(key)' twice.")
    default: self = .notJSON
    }
  }
}
