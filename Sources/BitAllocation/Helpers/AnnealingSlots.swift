import Foundation

/// A problem as ExLlamaV2's optimizer sees it: slots, each with options by growing bits, and unsquared
/// relative errors.
struct AnnealingSlots: Sendable {
  /// By slot and place: the index of the option.
  private let options: [[Int]]
  /// By slot and place.
  private let bits: [[Int]]
  /// By slot and place.
  private let errors: [[Double]]
  private let budget: Int

  init(_ problem: AllocationProblem) {
    options = problem.layers.map { layer in
      layer.options.indices.sorted {
        (layer.options[$0].bits, -layer.options[$0].error, $0)
          < (layer.options[$1].bits, -layer.options[$1].error, $1)
      }
    }
    bits = zip(problem.layers, options).map { layer, order in order.map { layer.options[$0].bits } }
    errors = zip(problem.layers, options).map { layer, order in
      order.map { layer.options[$0].error.squareRoot() }
    }
    budget = problem.budget
  }

  func choices(of state: [Int]) -> [Int] { zip(options, state).map { $0[$1] } }

  func largestError(of state: [Int]) -> Double { zip(errors, state).map { $0[$1] }.max() ?? 0 }

  func energy(of state: [Int], power: Double) -> Double {
    zip(errors, state).reduce(0) { $0 + pow($1.0[$1.1], power) }
  }

  /// Sweeps over the slots and takes the next option wherever it fits, whatever its error, until a
  /// sweep changes nothing.
  func filled(_ state: [Int]) -> [Int] {
    var state = state
    var slack = budget - zip(bits, state).reduce(0) { $0 + $1.0[$1.1] }
    var changed = true
    while changed {
      changed = false
      for slot in state.indices where state[slot] + 1 < bits[slot].count {
        let step = bits[slot][state[slot] + 1] - bits[slot][state[slot]]
        guard step <= slack else { continue }
        slack -= step
        state[slot] += 1
        changed = true
      }
    }
    return state
  }

  /// One run, from the smallest options; returns the state it ends with.
  func anneal(
    power: Double, temperatures: Int, proposals: Int, draws: inout Draws
  ) -> [Int] {
    let count = bits.count
    let starts = bits.indices.reduce(into: [0]) { $0.append($0[$0.count - 1] + bits[$1].count) }
    let costs = bits.flatMap(\.self)
    let energies = errors.flatMap { $0.map { pow($0, power) } }
    var state = Array(starts.dropLast())
    var slack = budget - state.reduce(0) { $0 + costs[$1] }
    var temperature = 2.0
    starts.withUnsafeBufferPointer { starts in
      costs.withUnsafeBufferPointer { costs in
        energies.withUnsafeBufferPointer { energies in
          state.withUnsafeMutableBufferPointer { state in
            for _ in 0..<temperatures {
              for _ in 0..<proposals {
                // One draw for both: 32 bits each are plenty.
                let draw = draws.next()
                let slot = (Int(draw >> 32) &* count) >> 32
                let size = starts[slot + 1] &- starts[slot]
                let target = starts[slot] &+ ((Int(draw & 0xffff_ffff) &* size) >> 32)
                let current = state[slot]
                let step = costs[target] &- costs[current]
                guard step <= slack else { continue }
                let rise = energies[target] - energies[current]
                if rise > 0 {
                  let exponent = rise / temperature
                  let chance = draws.nextUniform()
                  // exp(-x) is at least 1 - x, which is cheaper.
                  guard chance < 1 - exponent || chance < exp(-exponent) else { continue }
                }
                state[slot] = target
                slack &-= step
              }
              temperature *= 0.995
            }
          }
        }
      }
    }
    return zip(state, starts).map { $0 - $1 }
  }
}
