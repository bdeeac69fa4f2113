import Foundation
import Quantization

/// What ExLlamaV2's converter writes as `measurement.json`, and reads with `-m`: for every module
/// of a model (the attention or the feed-forward of a block) the ways to quantize all its layers.
///
/// As its version 0.3.2 has it. The converter takes any options in any number; with one per module
/// there is nothing left for it to choose.
package struct ExLlamaMeasurement: Equatable, Sendable {
  /// In the order of the file, no key twice.
  package var entries: [Entry]
  /// The last module that was measured. Modules are counted from the embedding, which is 0.
  package var lastModuleIndex: Int

  package init(entries: [Entry], lastModuleIndex: Int) {
    self.entries = entries
    self.lastModuleIndex = lastModuleIndex
  }

  /// A module, or two that run side by side.
  package struct Entry: Equatable, Sendable {
    /// What the module is called and what kind it is, such as "model.layers.0.self_attn".
    package var key: String
    package var content: Content

    package init(key: String, content: Content) {
      self.key = key
      self.content = content
    }
  }

  package enum Content: Equatable, Sendable {
    /// Of an attention or a feed-forward.
    case options([Option])
    /// Of both, where they run side by side.
    case parallel(attention: [Option], feedForward: [Option])
    /// Of what isn't measured: norms, the head.
    case nothing
  }

  /// One way to quantize a module.
  package struct Option: Equatable, Sendable {
    /// One minus the relative error of the hidden states behind the module; below 1.
    package var accuracy: Double
    /// What the module's layers take, biases included.
    package var totalBits: Int
    /// The layout of each projection, no projection twice.
    package var layouts: [Layout]

    package init(accuracy: Double, totalBits: Int, layouts: [Layout]) {
      self.accuracy = accuracy
      self.totalBits = totalBits
      self.layouts = layouts
    }

    /// The layout of a projection.
    package subscript(projection: String) -> QParams? {
      layouts.first { $0.projection == projection }?.option
    }
  }

  /// What all layers with one task in a module get: one layer, or one in each expert.
  package struct Layout: Equatable, Sendable {
    /// ExLlamaV2's name for the task, such as "q_proj", whatever the tensors are called.
    package var projection: String
    package var option: QParams

    package init(_ projection: String, _ option: QParams) {
      self.projection = projection
      self.option = option
    }
  }
}

extension ExLlamaMeasurement {
  /// The options of a module; nil if the file has none of that kind.
  func options(of module: ExLlamaModule) -> [Option]? {
    switch entries.first(where: { $0.key == module.fileKey })?.content {
    case .options(let options) where !module.isParallel: options
    case .parallel(let attention, let feedForward) where module.isParallel:
      module.kind == .attention ? attention : feedForward
    default: nil
    }
  }

  /// How many options each of the modules has.
  package var optionCounts: [Int] {
    entries.flatMap { entry -> [Int] in
      switch entry.content {
      case .options(let options): [options.count]
      case .parallel(let attention, let feedForward): [attention.count, feedForward.count]
      case .nothing: []
      }
    }
  }

  /// The accuracy of an option whose squared relative error is known, between 0 and 1, both
  /// excluded: the converter takes the logarithm of what is missing to 1.
  ///
  /// Errors have seven digits, as many as a measurement keeps of them.
  static func accuracy(squaredError: Double) -> Double {
    let error = min(max(squaredError.squareRoot(), 1e-8), 1 - 1e-6)
    let scale = pow(10, 6 - log10(error).rounded(.down))
    return ((1 - error) * scale).rounded() / scale
  }
}
