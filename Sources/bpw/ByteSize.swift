import ArgumentParser
import Foundation

/// A size as people write it: "3.5GiB", "800MB", "123456".
struct ByteSize: ExpressibleByArgument, Equatable {
  let bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    guard let match = argument.wholeMatch(of: #/([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]*)/#),
      let number = Double(match.output.1), let unit = Self.units[match.output.2.lowercased()]
    else { return nil }
    let bytes = (number * unit).rounded(.down)
    guard bytes <= 0x1p50 else { return nil }
    self.bytes = Int(bytes)
  }

  private static let units = [
    "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
    "kib": 0x1p10, "mib": 0x1p20, "gib": 0x1p30, "tib": 0x1p40,
  ]

  /// With the largest binary unit of which there is one: "3.50 GiB".
  var text: String {
    let units = [("TiB", 0x1p40), ("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10)]
    guard let (name, unit) = units.first(where: { Double(bytes) >= $0.1 }) else {
      return "\(bytes) bytes"
    }
    return String(format: "%.2f %@", Double(bytes) / unit, name)
  }
}
