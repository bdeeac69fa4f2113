import Foundation

/// How well a model predicts a text, and how far it is from its reference.
package struct Evaluation: Sendable, Equatable, Codable {
  /// Windows that had something to predict.
  package let windows: Int
  /// Tokens that were predicted.
  package let tokens: Int
  /// `exp` of the mean of -log p(token), in nats, over tokens.
  package let perplexity: Estimate
  /// The same of the reference; nil without one, as what follows.
  package let referencePerplexity: Estimate?
  /// Mean over tokens of the KL divergence from the reference's prediction, in nats.
  package let divergence: Estimate?
  /// Share of tokens for which model and reference predict the same.
  package let agreement: Estimate?

  init(_ scores: [WindowScore], hasReference: Bool, bootstrap: Bootstrap = Bootstrap()) {
    let counts = scores.map { Double($0.tokens) }
    windows = scores.count
    tokens = scores.reduce(0) { $0 + $1.tokens }
    perplexity = bootstrap.ratio(
      scores.map(\.negativeLogLikelihood), over: counts, transform: exp)
    referencePerplexity =
      hasReference
      ? bootstrap.ratio(
        scores.map(\.referenceNegativeLogLikelihood), over: counts, transform: exp) : nil
    divergence = hasReference ? bootstrap.ratio(scores.map(\.divergence), over: counts) : nil
    agreement =
      hasReference ? bootstrap.ratio(scores.map { Double($0.agreements) }, over: counts) : nil
  }

  enum CodingKeys: String, CodingKey {
    case windows, tokens, perplexity
    case referencePerplexity = "reference_perplexity"
    case divergence = "kl_divergence"
    case agreement = "top1_agreement"
  }
}
