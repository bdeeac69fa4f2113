/// Several post-processors, one after the other.
struct PostProcessorSequence: PostProcessor {
  static let names = ["Sequence"]

  private let processors: [any PostProcessor]

  init(_ component: Component) throws {
    processors = try component.components("processors").map(makePostProcessor)
  }

  var labels: [String] { processors.flatMap(\.labels) }

  func process(_ ids: [Int32]) -> [Int32] { processors.reduce(ids) { $1.process($0) } }
}
