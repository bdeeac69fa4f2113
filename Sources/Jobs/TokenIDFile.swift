import Checkpoints
import Foundation

/// Token ids from a safetensors file: the tensor `input_ids`, (rows, tokens), of any integer type.
package struct TokenIDFile {
  /// Token ids, (rows, tokens), neither of them zero.
  package let rows: [[Int32]]

  /// Reads a file. Throws `JobError.badTokenIDs` for another name, shape or type of tensor or an id
  /// that doesn't fit 32 bits, and `CheckpointError` for what is no safetensors file.
  package init(_ url: URL) throws {
    let file = try SafetensorsFile(url)
    guard file.contains("input_ids") else {
      throw JobError.badTokenIDs(file: url.relativePath, reason: "There is no tensor 'input_ids'.")
    }
    let tensor = try file.tensor("input_ids")
    guard tensor.shape.count == 2, tensor.shape.allSatisfy({ $0 > 0 }) else {
      throw JobError.badTokenIDs(
        file: url.relativePath, reason: "'input_ids' has the shape \(tensor.shape).")
    }
    let width = tensor.shape[1]
    let integers: [Int]
    do {
      integers = try tensor.integers()
    } catch {
      throw JobError.badTokenIDs(file: url.relativePath, reason: error.localizedDescription)
    }
    let ids = try integers.map { id in
      guard let id = Int32(exactly: id) else {
        throw JobError.badTokenIDs(file: url.relativePath, reason: "\(id) is no token id.")
      }
      return id
    }
    rows = (0..<tensor.shape[0]).map { Array(ids[$0 * width..<($0 + 1) * width]) }
  }
}
