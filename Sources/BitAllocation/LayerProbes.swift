import Foundation

/// What can be made out of the layers in a file that cannot be decoded as a whole, so that an error
/// can name the layer.
struct LayerProbes<Layer: Decodable>: Decodable {
  private let layers: [Probe]

  private struct Probe: Decodable {
    let name: String?
    let isReadable: Bool

    init(from decoder: any Decoder) {
      name = try? decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .name)
      isReadable = (try? Layer(from: decoder)) != nil
    }

    private enum CodingKeys: CodingKey {
      case name
    }
  }

  init(in data: Data) {
    layers = (try? JSONDecoder().decode(Self.self, from: data))?.layers ?? []
  }

  var firstUnreadable: Int? { layers.firstIndex { !$0.isReadable } }

  func description(ofLayer index: Int) -> String {
    let name = layers.indices.contains(index) ? layers[index].name : nil
    return "layer \(name.map { "'\($0)'" } ?? "number \(index + 1)")"
  }
}
