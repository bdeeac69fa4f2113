import Checkpoints
import Foundation

/// Hidden states that a job's folder has, as a unit's file names them.
struct KeptStates: Codable, Equatable, Sendable {
  /// The file's name in the folder.
  let file: String
  /// Tokens of each row.
  let tokenCounts: [Int]
  /// Features of a token.
  let width: Int
  /// SHA-256, in hexadecimal, per row.
  let digests: [String]
}

extension JobDirectory {
  /// Puts the states behind a unit on disk, so that the next one can begin with them.
  func keep(_ states: HiddenStates, behind unit: String) throws -> KeptStates {
    let file = try states.file(in: url)
    let name = StatePlace.prefix + Self.fileName(unit)
    try file.file.keep(as: url.appending(path: name))
    return KeptStates(
      file: name, tokenCounts: file.tokenCounts, width: file.width, digests: try file.digests())
  }

  /// The states that an earlier run kept; nil if they aren't there any more as they were.
  func states(_ kept: KeptStates, place: StatePlace) throws -> HiddenStates? {
    guard let scratch = try? ScratchFile(reopening: url.appending(path: kept.file)) else {
      return nil
    }
    let file = StateFile(scratch, tokenCounts: kept.tokenCounts, width: kept.width)
    guard (try? file.digests()) == kept.digests else { return nil }
    return try HiddenStates(file, in: place)
  }

  /// Deletes all states but these, when the unit that names these is on disk.
  func removeStates(but kept: KeptStates) {
    for name in stateFiles where name != kept.file && !name.hasPrefix(Self.scratchPrefix) {
      remove(name)
    }
  }

  /// Deletes what an interrupted run left half-written.
  func removeScratch() {
    for name in stateFiles where name.hasPrefix(Self.scratchPrefix) { remove(name) }
  }

  private static let scratchPrefix = StatePlace.prefix + "scratch-"

  private var stateFiles: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? [])
      .filter { $0.hasPrefix(StatePlace.prefix) }
  }

  private func remove(_ name: String) {
    try? FileManager.default.removeItem(at: url.appending(path: name))
  }
}
