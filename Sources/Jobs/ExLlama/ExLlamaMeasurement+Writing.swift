import ByteJSON
import Foundation
import Quantization

extension ExLlamaMeasurement {
  /// The file, byte for byte as Python's `json.dumps(…, indent=4)` writes it.
  package func encoded() -> Data {
    let document = PythonJSON.object([
      ("measurement", .object(entries.map { ($0.key, $0.content.json) })),
      ("last_module_idx", .value("\(lastModuleIndex)")),
    ])
    return Data(document.text(indentation: 0).utf8)
  }
}

extension ExLlamaMeasurement.Content {
  fileprivate var json: PythonJSON {
    switch self {
    case .options(let options): .array(options.map(\.json))
    case .parallel(let attention, let feedForward):
      .object([
        ("attn", .array(attention.map(\.json))), ("mlp", .array(feedForward.map(\.json))),
      ])
    case .nothing: .value("null")
    }
  }
}

extension ExLlamaMeasurement.Option {
  fileprivate var json: PythonJSON {
    .object(
      [("accuracy", .value("\(accuracy)")), ("total_bits", .value("\(totalBits)"))]
        + layouts.map { ($0.projection, $0.option.json) })
  }
}

extension QParams {
  fileprivate var json: PythonJSON {
    .object([
      ("group_size", .object(parts.map { ("\($0.bits)", .value("\($0.groupSize)")) })),
      ("bits", .array(parts.map { .value("\($0.bits)") })),
      ("bits_prop", .array(parts.map { .value($0.share == 1 ? "1" : "\($0.share)") })),
      ("scale_bits", .value("\(Self.scaleBits)")),
    ])
  }
}

/// JSON that Python would have written: every element on a line of its own.
private indirect enum PythonJSON {
  /// A number or null. Numbers look alike in Python and Swift.
  case value(String)
  case array([PythonJSON])
  case object([(key: String, value: PythonJSON)])

  func text(indentation: Int) -> String {
    func lines(_ lines: [String], _ open: String, _ close: String) -> String {
      let space = String(repeating: " ", count: indentation)
      let inner = lines.map { "\(space)    \($0)" }.joined(separator: ",\n")
      return lines.isEmpty ? open + close : "\(open)\n\(inner)\n\(space)\(close)"
    }
    return switch self {
    case .value(let text): text
    case .array(let values):
      lines(values.map { $0.text(indentation: indentation + 4) }, "[", "]")
    case .object(let members):
      lines(
        members.map { "\(quotedJSON($0.key)): \($0.value.text(indentation: indentation + 4))" },
        "{", "}")
    }
  }
}
