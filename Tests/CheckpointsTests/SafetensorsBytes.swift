import Foundation

/// A safetensors file of a header as it stands and contents of so many bytes, 0, 1, 2, …
func safetensors(_ header: String, contentBytes: Int = 0) -> [UInt8] {
  safetensors(header, (0..<contentBytes).map { UInt8(truncatingIfNeeded: $0) })
}

func safetensors(_ header: String, _ content: [UInt8]) -> [UInt8] {
  let json = Array(header.utf8)
  return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json + content
}

/// A file of one F32 vector per name, each with the values 1, 2.
func vectors(_ names: String...) -> [UInt8] {
  let entries = names.enumerated().map { index, name in
    #""\#(name)":{"dtype":"F32","shape":[2],"data_offsets":[\#(index * 8),\#(index * 8 + 8)]}"#
  }
  let vector = [Float(1), 2].withUnsafeBytes { Array($0) }
  return safetensors("{\(entries.joined(separator: ","))}", names.flatMap { _ in vector })
}

/// The memory of an array.
func bytes<Element: BitwiseCopyable>(_ elements: [Element]) -> [UInt8] {
  elements.withUnsafeBytes { Array($0) }
}
