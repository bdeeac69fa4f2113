/// The tokens of a sequence that go through a pathway, and what share of its output each gets.
package struct Selection: Sendable, Equatable {
  /// Indices in rising order; nil for all tokens.
  package var tokens: [Int]?
  /// One per selected token; nil for all of it.
  package var shares: [Float]?

  /// All tokens, with all of the output.
  package static let all = Selection(tokens: nil, shares: nil)
}
