import BitAllocation
import Jobs

/// The lines that a table has for a layer, or for all experts' layers of one kind in a block: a line
/// for each option that some of them got, the largest first, with the sum of their errors.
struct ExpertLines {
  /// With "*" for the expert's number.
  private let name: String
  private var layers: [AllocatedLayer]

  /// In the order of the first of each kind.
  static func gathered(_ layers: [AllocatedLayer]) -> [ExpertLines] {
    var places: [String: Int] = [:]
    var result: [ExpertLines] = []
    for layer in layers {
      let name = layer.name.replacing(#/\.experts\.[0-9]+\./#, with: ".experts.*.")
      if let place = places[name] {
        result[place].layers.append(layer)
      } else {
        places[name] = result.count
        result.append(ExpertLines(name: name, layers: [layer]))
      }
    }
    return result
  }

  var rows: [[String]] {
    var options: [String] = []
    for layer in layers.sorted(by: { $0.bits > $1.bits }) where !options.contains(layer.option) {
      options.append(layer.option)
    }
    return options.enumerated().map { index, option in
      let same = layers.filter { $0.option == option }
      let error = same.reduce(0) { $0 + $1.error }
      let count = layers.count == 1 ? "" : "\(same.count) × "
      return [index == 0 ? name : "", count + option, error.formatted(digits: 3)]
    }
  }
}
