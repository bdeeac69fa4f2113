import Checkpoints
import Foundation

/// Which family a model belongs to.
extension ModelDescription {
  /// The family of a language model inside another. Where it has no type, the other's decides.
  static func family(
    of text: ModelConfiguration, inside wrapper: ModelConfiguration
  ) throws -> any Architecture {
    if let type = try text.modelType ?? wrapper.modelType.flatMap({ typesInside[$0] }) {
      return try family(names: [], type: type, file: wrapper.file)
    }
    throw try unknown(wrapper.architectures.first ?? wrapper.modelType, file: wrapper.file)
  }

  /// What is inside models of these types unless they say otherwise.
  private static let typesInside = [
    "llava": "llama", "llava_next": "llama", "llava_next_video": "llama", "vipllava": "llama",
    "video_llava": "llama", "mistral3": "mistral", "gemma3": "gemma3_text",
  ]

  /// The family that has one of these names, or, where there are none, that has this type.
  static func family(
    names: [String], type: String?, file: String
  ) throws -> any Architecture {
    if let found = allArchitectures.first(where: { !Set($0.names).isDisjoint(with: names) }) {
      return found
    }
    if names.isEmpty, let type,
      let found = allArchitectures.first(where: { $0.modelTypes.contains(type) })
    {
      return found
    }
    throw unknown(names.first ?? type, file: file)
  }

  private static func unknown(_ name: String?, file: String) -> ModelError {
    guard let name, !name.isEmpty else { return .noArchitecture(file: file) }
    let ends = ["ForCausalLM", "ForConditionalGeneration", "LMHeadModel"]
    if name.contains("For"), !ends.contains(where: name.hasSuffix) {
      return .noLanguageModel(name, file: file)
    }
    return .unknownArchitecture(name, closest: closestName(to: name), file: file)
  }

  /// Says where a file's two names for the family disagree: a mistake, or a relative that should be
  /// looked at.
  static func remarkOnType(
    _ family: any Architecture, type: String?, names: [String]
  ) -> [String] {
    guard let type, let name = names.first, !family.modelTypes.contains(type) else { return [] }
    let isOther = allArchitectures.contains { $0.modelTypes.contains(type) }
    return [
      "config.json has model_type '\(type)', \(isOther ? "another family" : "which isn't known"), and is "
        + "read as \(name), as 'architectures' says"
    ]
  }

  /// The known name that takes the fewest edits to become this one.
  private static func closestName(to name: String) -> String {
    // No known name is as long, and comparing takes time.
    let name = String(name.prefix(100))
    /// "FooForCausalLM" is about Foo.
    func family(_ name: String) -> String {
      name.range(of: "For").map { String(name[..<$0.lowerBound]) } ?? name
    }
    let isClass = name.contains("For")
    let known = allArchitectures.flatMap { isClass ? $0.names : $0.modelTypes }
    let distances = known.map {
      Double(family(name).editDistance(to: family($0)))
        / Double(max(family(name).count, family($0).count, 1))
    }
    return zip(known, distances).min { $0.1 < $1.1 }?.0 ?? ""
  }
}

extension String {
  /// How many letters have to be inserted, left out or exchanged to get the other string.
  /// (Levenshtein, 1965.)
  fileprivate func editDistance(to other: String) -> Int {
    let letters = Array(other.lowercased())
    var row = Array(0...letters.count)
    for (i, letter) in lowercased().enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, otherLetter) in letters.enumerated() {
        let above = row[j + 1]
        row[j + 1] = Swift.min(above + 1, row[j] + 1, diagonal + (letter == otherLetter ? 0 : 1))
        diagonal = above
      }
    }
    return row[letters.count]
  }
}
