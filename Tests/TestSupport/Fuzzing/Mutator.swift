import Foundation
import Tensors

/// Damages files, the same way every time for the same numbers.
///
/// An input depends on the seeds, the seed number and its index alone, so that it can be made again
/// without those before it.
package struct Mutator: Sendable {
  /// What is known of a file's make-up, beyond bytes.
  package enum Format: Sendable {
    case bytes
    case json
    /// A JSON document per line.
    case jsonLines
    /// Eight bytes of length, a JSON document that long, contents.
    case safetensors
  }

  private let format: Format
  private let seeds: [[UInt8]]
  private let trees: [JSONTree]  // of the seeds, or of their headers or first lines

  /// Files to begin with, at least one.
  package init(_ format: Format, seeds: [Data]) {
    self.format = format
    self.seeds = seeds.map { Array($0) }
    trees = self.seeds.compactMap { bytes in
      switch format {
      case .bytes: nil
      case .json: JSONTree(bytes)
      case .jsonLines: JSONTree(Array(bytes.prefix { $0 != 0x0A }))
      case .safetensors: JSONTree(Array(bytes[8..<8 + headerLength(of: bytes)]))
      }
    }
    precondition(!seeds.isEmpty && (format == .bytes || trees.count == seeds.count))
  }

  /// Files to begin with.
  package var seedCount: Int { seeds.count }

  /// The input of a number: the seeds themselves, and then what becomes of them.
  package func input(seed: UInt64, index: Int) -> Data {
    guard index >= seeds.count else { return Data(seeds[index]) }
    var random = SeededGenerator(seed: seed, stream: UInt64(index))
    let chosen = random.next(below: seeds.count)
    // Small damage gets farther into a parser than large.
    let edits = 1 + random.next(below: [1, 1, 2, 4, 12][random.next(below: 5)])
    switch format {
    case .bytes:
      return Data(damaged(seeds[chosen], edits, &random))
    case .json:
      if random.next(below: 4) == 0 { return Data(damaged(seeds[chosen], edits, &random)) }
      return Data(editedTree(chosen, edits, &random))
    case .jsonLines:
      if random.next(below: 3) == 0 { return Data(damaged(seeds[chosen], edits, &random)) }
      return Data(seeds[chosen] + [0x0A] + editedTree(chosen, edits, &random))
    case .safetensors:
      return Data(damagedSafetensors(chosen, edits, &random))
    }
  }

  private func editedTree(
    _ chosen: Int, _ edits: Int, _ random: inout SeededGenerator
  ) -> [UInt8] {
    var tree = trees[chosen]
    for _ in 0..<edits {
      tree.mutate(taking: trees[random.next(below: trees.count)], &random)
    }
    var bytes = tree.bytes
    if random.next(below: 8) == 0 { bytes = damaged(bytes, 1, &random) }
    return bytes
  }

  private func damagedSafetensors(
    _ chosen: Int, _ edits: Int, _ random: inout SeededGenerator
  ) -> [UInt8] {
    let bytes = seeds[chosen]
    let start = 8 + headerLength(of: bytes)
    switch random.next(below: 8) {
    case 0:
      return damaged(bytes, edits, &random)
    case 1..<5:
      let header = editedTree(chosen, edits, &random)
      // Now and then the length is that of the header before.
      let length = random.next(below: 10) == 0 ? start - 8 : header.count
      return littleEndian(UInt64(length)) + header + bytes[start...]
    default:
      // The length stays, so that the header still fits.
      var content = Array(bytes[start...])
      if !content.isEmpty {
        for _ in 0..<edits { content.overwrite(&random) }
      }
      return bytes[..<start] + content
    }
  }

  private func damaged(
    _ bytes: [UInt8], _ edits: Int, _ random: inout SeededGenerator
  ) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<edits {
      bytes.damage(splicing: seeds[random.next(below: seeds.count)], &random)
    }
    return bytes
  }
}

private func headerLength(of bytes: [UInt8]) -> Int {
  bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
}

private func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

extension [UInt8] {
  /// One change of any kind to any place.
  fileprivate mutating func damage(splicing other: [UInt8], _ random: inout SeededGenerator) {
    guard !isEmpty else {
      self = other
      return
    }
    let place = random.next(below: count)
    switch random.next(below: 8) {
    case 0: removeSubrange(place...)
    case 1: removeSubrange(place..<Swift.min(place + 1 + random.next(below: 16), count))
    case 2:
      let end = Swift.min(place + 1 + random.next(below: 64), count)
      insert(contentsOf: self[place..<end], at: random.next(below: count + 1))
    case 3:
      insert(UInt8(truncatingIfNeeded: random.next()), at: place)
    case 4 where !other.isEmpty:
      replaceSubrange(place..., with: other[random.next(below: other.count)...])
    case 5:
      insert(contentsOf: Self.strange[random.next(below: Self.strange.count)], at: place)
    default: overwrite(&random)
    }
  }

  /// One change that keeps the length.
  fileprivate mutating func overwrite(_ random: inout SeededGenerator) {
    let place = random.next(below: count)
    switch random.next(below: 4) {
    case 0: self[place] ^= 1 << UInt8(random.next(below: 8))
    case 1: self[place] = UInt8(truncatingIfNeeded: random.next())
    default:
      let number = Self.interesting[random.next(below: Self.interesting.count)]
      let width = 1 << random.next(below: 4)
      // Mostly where a number of the width may stand.
      let start = random.next(below: 8) == 0 ? place : place / width * width
      for (offset, byte) in littleEndian(number).prefix(width).enumerated()
      where start + offset < count {
        self[start + offset] = byte
      }
    }
  }

  /// Ends of ranges, and floats that are no ordinary numbers, in 64, 32 or 16 bits.
  private static let interesting: [UInt64] = [
    0, 1, 2, 15, 31, 32, 33, 127, 128, 255, 256, 0x7C00, 0x7E00, 0x7F80, 0x7FC0, 0x7FFF, 0x8000,
    0x8001, 0xFC00, 0xFFFF, 0x1_0000, 0x7F7F_FFFF, 0x7F80_0000, 0x7FC0_0000, 0x7FFF_FFFF,
    0x8000_0000, 0xFF80_0000, 0xFFFF_FFFF, 0x1_0000_0000, 0x7FF0_0000_0000_0000,
    0x7FF8_0000_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF,
  ]

  /// Pieces that text readers stumble over: halves of characters, overlong forms, marks, brackets.
  private static let strange: [[UInt8]] = [
    [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF], [0xEF, 0xBB, 0xBF], [0],
    Array("\\ud800".utf8), Array("\\udc00\\ud800".utf8), Array("\u{301}\u{200D}".utf8),
    [UInt8](repeating: UInt8(ascii: "["), count: 5000), Array("{\"a\":".utf8), Array("}".utf8),
    Array("\"".utf8), Array(",".utf8), Array("1e".utf8), Array("-".utf8),
  ]
}
