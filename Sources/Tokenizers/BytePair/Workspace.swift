/// What one thread needs for encoding: memory to merge in, and the words it has seen.
struct Workspace: Scratch {
  var merger = Merger()
  var cache = WordCache()

  mutating func releaseMemory() { merger.releaseMemory() }
}
