/// The name of one of several weight files: `model-00002-of-00005.safetensors`.
struct ShardName {
  var base: String
  var number: Int  // from 1
  var count: Int

  init(base: String, number: Int, count: Int) {
    (self.base, self.number, self.count) = (base, number, count)
  }

  /// Reads a name; nil when it is of another form.
  init?(_ name: String) {
    guard let match = name.wholeMatch(of: /(.+)-([0-9]{5})-of-([0-9]{5})\.safetensors/),
      let number = Int(match.2), let count = Int(match.3), number >= 1, number <= count
    else { return nil }
    self.init(base: String(match.1), number: number, count: count)
  }

  var text: String { "\(base)-\(padded(number))-of-\(padded(count)).safetensors" }

  private func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(5 - digits.count, 0)) + digits
  }
}

/// The names of all the files that belong with one of them; none when it stands alone.
func shardNames(with name: String) -> [String] {
  guard let shard = ShardName(name) else { return [] }
  return (1...shard.count).map {
    ShardName(base: shard.base, number: $0, count: shard.count).text
  }
}
