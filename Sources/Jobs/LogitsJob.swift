import Checkpoints
import Foundation
import Models
import Tensors

/// Writes the logits that a model gives for token ids, so that anyone can hold this program against
/// another implementation.
package struct LogitsJob {
  package var model: Model
  /// Token ids, (rows, tokens).
  package var rows: [[Int32]]

  package init(model: Model, rows: [[Int32]]) {
    self.model = model
    self.rows = rows
  }

  /// Writes a safetensors file with one tensor, `logits`, (rows, tokens, vocabulary), f32.
  package func run(to url: URL, observer: JobObserver) throws {
    let vocabulary = model.description.vocabularySize
    let tokens = rows.first?.count ?? 0
    let writer = try SafetensorsWriter(
      at: url,
      tensors: [TensorDescription("logits", .f32, [rows.count, tokens, vocabulary])])
    let blocks = model.description.blocks.count
    let batches = rows.batches(tokens: EvaluateJob.batchTokens)
    observer(.began(job: "Computing", units: batches.count, done: 0))
    let head = try LoadedHead(of: model)
    for (index, batch) in batches.enumerated() {
      let name = "batch \(index + 1) of \(batches.count)"
      var steps = 0
      let states = try model.hiddenStates(of: Array(rows[batch])) {
        steps += 1
        observer(
          .advanced(unit: name, fraction: Double(steps) / Double(blocks + 1)))
      }
      _ = try parallelMap(batch.count) { offset in
        let input = head.normalized(try states[offset])
        for start in stride(from: 0, to: tokens, by: LoadedHead.tokensAtOnce) {
          let part = start..<min(start + LoadedHead.tokensAtOnce, tokens)
          let logits = head.logits(reading: input.rows(part))
          let place = ((batch.lowerBound + offset) * tokens + start) * vocabulary
          try logits.elements.withUnsafeBytes {
            try writer.write("logits", $0, atByte: place * MemoryLayout<Float>.size)
          }
        }
      }
      observer(.finishedUnit(name, note: "\(batch.upperBound) of \(rows.count) rows"))
    }
    try writer.finish()
  }
}
