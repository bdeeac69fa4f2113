import Foundation

/// A stored tensor, or some of its rows: what it is, and access to its content.
///
/// Contents may begin at any byte (headers of old writers are not padded), so they are copied,
/// never read in place as wider types. They are little-endian, as the machines we run on are.
package struct TensorView: Sendable {
  /// What the view covers: the shape is that of its rows.
  package let description: TensorDescription

  let file: MappedFile
  private let range: Range<Int>  // bytes of the file
  /// Elements of the whole tensor before this view, so that messages count from its beginning.
  let firstElement: Int

  init(
    _ description: TensorDescription, in file: MappedFile, range: Range<Int>, firstElement: Int = 0
  ) {
    self.description = description
    self.file = file
    self.range = range
    self.firstElement = firstElement
  }

  /// The whole tensor's name.
  package var name: String { description.name }
  /// How the elements are stored.
  package var dtype: TensorType { description.dtype }
  /// The shape of what the view covers.
  package var shape: [Int] { description.shape }

  /// The same content as a matrix of the last dimension's width.
  package var flattened: TensorView {
    guard shape.count > 2 else { return self }
    var flat = description
    flat.shape = [shape.dropLast().reduce(1, *), shape[shape.count - 1]]
    return TensorView(flat, in: file, range: range, firstElement: firstElement)
  }

  /// A view of some indices of the first dimension. Nothing is read.
  package func rows(_ rows: Range<Int>) -> TensorView {
    precondition(!shape.isEmpty && rows.upperBound <= shape[0], "no such rows in '\(name)'")
    let rowBits = description.rowElementCount * dtype.bitWidth
    precondition(
      rows.lowerBound * rowBits % 8 == 0 && rows.count * rowBits % 8 == 0,
      "rows of '\(name)' don't fill whole bytes")
    var part = description
    part.shape[0] = rows.count
    let start = range.lowerBound + rows.lowerBound * rowBits / 8
    return TensorView(
      part, in: file, range: start..<start + rows.count * rowBits / 8,
      firstElement: firstElement + rows.lowerBound * description.rowElementCount)
  }

  /// Calls `body` with the content in place, at any alignment.
  package func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try file.withUnsafeBytes(in: range, body)
  }

  /// Lets the system read the content in the background.
  package func prefetch() { file.prefetch(range) }

  /// Lets go of the memory that the content takes, until it is read again.
  func release() { file.release(range) }

  /// A copy of the content.
  package func bytes() -> [UInt8] { withUnsafeBytes { Array($0) } }

  /// Copies some elements as they are stored.
  func elements<Element: BitwiseCopyable>(
    _ elements: Range<Int>? = nil, as type: Element.Type
  ) -> [Element] {
    let elements = elements ?? 0..<description.elementCount
    let width = MemoryLayout<Element>.size
    precondition(width * 8 == dtype.bitWidth && elements.upperBound <= description.elementCount)
    return [Element](unsafeUninitializedCapacity: elements.count) { target, count in
      withUnsafeBytes { source in
        let part = source[elements.lowerBound * width..<elements.upperBound * width]
        UnsafeMutableRawBufferPointer(target).copyMemory(from: .init(rebasing: part))
      }
      count = elements.count
    }
  }
}
