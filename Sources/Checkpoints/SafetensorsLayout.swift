import ByteJSON

/// Where everything will stand in a safetensors file that is yet to be written.
struct SafetensorsLayout: Sendable {
  struct Place: Sendable {
    let description: TensorDescription
    let range: Range<Int>  // bytes of the file
  }

  let header: [UInt8]  // with its length before it
  let names: [String]  // in the order of their contents
  let places: [String: Place]
  let byteCount: Int

  /// Storage of the tensors alone.
  var contentBytes: Int { byteCount - header.count }

  /// Orders tensors as the reference writer does, types of higher rank first and then by name,
  /// so that each is aligned to its elements; the same tensors give the same bytes.
  init(_ tensors: [TensorDescription], metadata: [String: String]) throws {
    let tensors = tensors.sorted { ($1.dtype.rank, $0.name) < ($0.dtype.rank, $1.name) }
    header = Self.header(tensors, metadata)
    names = tensors.map(\.name)

    var places: [String: Place] = [:]
    var end = header.count
    for tensor in tensors {
      let place = Place(description: tensor, range: end..<end + tensor.byteCount)
      guard places.updateValue(place, forKey: tensor.name) == nil else {
        throw CheckpointError.duplicateTensor(tensor.name)
      }
      end = place.range.upperBound
    }
    self.places = places
    byteCount = end
  }

  private static func header(
    _ tensors: [TensorDescription], _ metadata: [String: String]
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      // The reference writes these in random order, which makes its files differ from run to run.
      let entries = metadata.sorted { $0.key < $1.key }
        .map { "\(quotedJSON($0.key)):\(quotedJSON($0.value))" }
      members.append("\"__metadata__\":{\(entries.joined(separator: ","))}")
    }
    var end = 0
    for tensor in tensors {
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let offsets = "\(end),\(end + tensor.byteCount)"
      members.append(
        "\(quotedJSON(tensor.name)):{\"dtype\":\"\(tensor.dtype.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offsets)]}")
      end += tensor.byteCount
    }
    var json = Array("{\(members.joined(separator: ","))}".utf8)
    // Contents begin at a multiple of 8, the width of the widest element.
    json += [UInt8](repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
  }
}
