import ByteJSON
import Foundation

/// A large model has half a million numbers, which a decoder takes one by one: the layers are read
/// without one, in a third of the time.
extension Measurement {
  package static func decode(_ data: Data) throws -> Measurement {
    let frame = try content(Frame.self, of: data)
    let json: JSONValue
    do {
      json = try JSONValue.parse(data)
    } catch {
      throw DocumentProblem(error)
    }
    let layers = try DocumentValue(value: json, place: "").member("layers").elements
    let measurement = Measurement(
      model: frame.model, calibration: frame.calibration, settings: frame.settings,
      storage: frame.storage,
      layers: try layers.enumerated().map { try MeasuredLayer($0.element, number: $0.offset + 1) })
    try measurement.validate()
    return measurement
  }

  /// Everything but the layers.
  private struct Frame: Decodable {
    let model: Model
    let calibration: Calibration
    let settings: Settings
    let storage: Storage?
  }
}

extension MeasuredLayer {
  fileprivate init(_ json: DocumentValue, number: Int) throws(DocumentProblem) {
    let name = try? json.member("name").text
    let place = "layer \(name.map { "'\($0)'" } ?? "number \(number)")"
    let json = DocumentValue(value: json.value, place: place, separator: ", ")
    self.init(
      name: try json.member("name").text, block: try json.optional("block")?.int,
      role: try json.member("role").text, inputs: try json.member("inputs").int,
      outputs: try json.member("outputs").int, reference: try json.member("reference").floats,
      residual: try json.optional("residual")?.floats, gain: try json.optional("gain")?.double,
      tokens: try json.optional("tokens")?.int,
      borrowedTokens: try json.optional("borrowed_tokens")?.int,
      members: try json.optional("members")?.texts,
      options: try json.member("options").elements.map { value throws(DocumentProblem) in
        try MeasuredOption(value)
      })
  }
}

extension MeasuredOption {
  fileprivate init(_ json: DocumentValue) throws(DocumentProblem) {
    self.init(
      option: try json.member("option").text, bits: try json.member("bits").int,
      errors: try json.member("errors").floats,
      members: try json.optional("members")?.elements.map { value throws(DocumentProblem) in
        MemberOption(
          option: try value.member("option").text, bits: try value.member("bits").int)
      })
  }
}

extension DocumentValue {
  fileprivate var texts: [String] {
    get throws(DocumentProblem) {
      try elements.map { value throws(DocumentProblem) in try value.text }
    }
  }
}
