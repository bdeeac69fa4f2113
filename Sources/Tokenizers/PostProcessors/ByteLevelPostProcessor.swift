/// Adjusts offsets into the text, which nobody here asks for, and leaves the ids alone.
struct ByteLevelPostProcessor: PostProcessor {
  static let names = ["ByteLevel"]

  init(_ component: Component) {}

  func process(_ ids: [Int32]) -> [Int32] { ids }
}
