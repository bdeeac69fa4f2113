import BitAllocation
import Foundation
import Tensors

import struct BitAllocation.Measurement

/// A measurement of a model that never was, whose true errors are known.
///
/// log e = level of the layer + curve of its role + deviation. In every row, what all options of a
/// layer have in common is noise, and each option has its own besides.
struct SyntheticMeasurement {
  let measurement: Measurement
  /// The true errors, (layers, options).
  let truth: [[Double]]

  static let roles = ["q", "k", "v", "o", "gate", "up", "down"]
  private static let sizes = [2.2, 2.5, 3.0, 3.2, 3.5, 4.0, 4.2, 4.6, 5.0, 5.5, 6.1, 8.0]

  /// `noise` is the standard deviation of the logarithm of an option's squared ratio in a row,
  /// `rowNoise` that of what all options of a layer share there, `deviation` that of what is real.
  init(
    seed: Int, blocks: Int, rows: Int, noise: Double, rowNoise: Double = 0.5,
    deviation: Double = 0.1, documents: [Int]? = nil
  ) {
    var random = SeededGenerator(seed: UInt64(seed))
    func normal() -> Double { Double(random.nextNormal()) }
    let curves = Self.roles.map { _ in
      Self.sizes.map { -1.386 * $0 + 0.15 * normal() }
    }
    var truth: [[Double]] = []
    var layers: [MeasuredLayer] = []
    for block in 0..<blocks {
      for (role, name) in Self.roles.enumerated() {
        let outputs = 64 << (role / 2)
        let level = 0.8 * normal()
        let errors = curves[role].map { exp(level + $0 + deviation * normal()) }
        let common = (0..<rows).map { _ in rowNoise * normal() }
        truth.append(errors)
        layers.append(
          MeasuredLayer(
            name: "\(block).\(name)", block: block, role: name, inputs: 64, outputs: outputs,
            reference: [Float](repeating: 1, count: rows),
            options: zip(Self.sizes, errors).map { size, error in
              MeasuredOption(
                option: "\(size)", bits: Int(size * Double(64 * outputs)),
                errors: common.map { Float(error * exp($0 + noise * normal())) })
            }))
      }
    }
    measurement = Measurement(
      model: .init(
        architecture: "None", blocks: blocks, weights: layers.reduce(0) { $0 + $1.weights },
        fingerprint: "\(seed)"),
      calibration: .init(
        rows: rows, tokens: 1, seed: 1, sources: ["none"], strata: ["text"],
        rowStrata: [Int](repeating: 0, count: rows), rowDocuments: documents, randomRows: 0,
        fingerprint: "\(seed)"),
      settings: .init(format: "exl2", menu: "none", damping: nil, sketch: 0, kernel: "none"),
      layers: layers)
    self.truth = truth
  }

  /// By how much the true error of what a request chooses exceeds the least possible, as a share.
  func regret(_ request: AllocationRequest) throws -> Double {
    var problem = try AllocationProblem(measurement, request)
    let chosen = try ExactStrategy().allocate(problem)
    for layer in problem.layers.indices {
      for option in problem.layers[layer].options.indices {
        problem.layers[layer].options[option].error = truth[layer][option]
      }
    }
    let best = try ExactStrategy().allocate(problem)
    return chosen.error(in: problem) / best.error(in: problem) - 1
  }
}
