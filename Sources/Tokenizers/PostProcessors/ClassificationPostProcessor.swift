import ByteJSON

/// Puts a text between a "cls" and a "sep" token, as BERT and RoBERTa have it.
struct ClassificationPostProcessor: PostProcessor {
  static let names = ["BertProcessing", "RobertaProcessing"]

  private let name: String
  private let first: Int32
  private let last: Int32

  init(_ component: Component) throws {
    func id(_ name: String) throws -> Int32 {
      try component.required(name, "a token and its id") { value in
        value.array.flatMap { $0.count == 2 ? Vocabulary.id($0[1]) : nil }
      }
    }
    name = try component.type()
    first = try id("cls")
    last = try id("sep")
  }

  var labels: [String] { [name] }

  func process(_ ids: [Int32]) -> [Int32] { [first] + ids + [last] }
}
