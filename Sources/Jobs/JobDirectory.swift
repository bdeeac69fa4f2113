import Checkpoints
import Crypto
import Foundation

/// A folder that lets an interrupted job continue: its settings, and one file per finished unit.
///
/// A unit's file appears when it is complete and never changes. One process at a time works in a
/// folder: it has a lock, which the system lets go with the process.
package struct JobDirectory: Sendable {
  /// The folder.
  package let url: URL
  private let lock: FileLock

  /// Raised when folders of one version can't be continued by another.
  static let version = 2

  /// Opens the folder, or creates it.
  ///
  /// Throws `JobError.otherSettings` for one that holds a job with other settings,
  /// `JobError.otherJobVersion` for one that another version of this program began,
  /// `JobError.jobIsRunning` if another process works in it, `JobError.noJobDirectory` for a folder
  /// that holds something else, and `CheckpointError` where nothing can be written.
  package init<Settings: Codable & Equatable>(_ url: URL, settings: Settings) throws {
    self.url = url
    let file = url.appending(path: Self.settingsName)
    let exists = FileManager.default.fileExists(atPath: file.path)
    if exists { try Self.checkVersion(file, in: url) } else { try Self.create(url) }
    guard let lock = try FileLock(url.appending(path: Self.lockName)) else {
      throw JobError.jobIsRunning(directory: url.relativePath)
    }
    self.lock = lock
    let wanted = StoredJob(
      kind: StoredJob<Settings>.kind, version: Self.version, settings: settings)
    // Another process may have finished, or begun, before the lock was free.
    guard let found = try? Data(contentsOf: file) else {
      try Self.create(url)
      try AtomicFile.write(try Self.encoder.encode(wanted), to: file, isResult: false)
      return
    }
    let stored = try? Self.decoder.decode(StoredJob<Settings>.self, from: found)
    guard stored?.settings == settings else {
      throw JobError.otherSettings(
        directory: url.relativePath,
        differences: try Self.differences(found, try Self.encoder.encode(wanted)))
    }
    removeScratch()
  }

  /// Throws unless a file of settings is of this version.
  private static func checkVersion(_ file: URL, in url: URL) throws {
    guard let data = try? Data(contentsOf: file),
      let job = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
      job["kind"] as? String == StoredJob<String>.kind, let version = job["version"] as? Int
    else { throw JobError.noJobDirectory(url.relativePath) }
    guard version == Self.version else {
      throw JobError.otherJobVersion(
        directory: url.relativePath, found: version, expected: Self.version)
    }
  }

  /// The result of a unit, from disk where an earlier run finished it. What is returned is always
  /// what can be read back, so that a continued job gives what an uninterrupted one does. A file
  /// that is damaged is written anew.
  package func result<Result: Codable>(
    of unit: String, compute: () throws -> Result
  ) throws -> Result {
    try stored(unit) ?? save(compute(), of: unit)
  }

  /// The result of a unit that an earlier run finished; nil if it didn't, or the file is damaged.
  func stored<Result: Codable>(_ unit: String) -> Result? { read(file(of: unit), unit: unit) }

  /// The results of the first of these units, up to one that isn't finished.
  func leading<Result: Codable>(_ units: [String], as type: Result.Type) -> [Result] {
    var results: [Result] = []
    for unit in units {
      guard let result: Result = stored(unit) else { break }
      results.append(result)
    }
    return results
  }

  /// Puts a unit's result on disk, and returns what can be read back.
  func save<Result: Codable>(_ result: Result, of unit: String) throws -> Result {
    let content = try Self.encoder.encode(result)
    let header = Data("\(Self.digest(unit, content))\n".utf8)
    try AtomicFile.write(
      header + content + Data("\n".utf8), to: file(of: unit), isResult: false)
    return try Self.decoder.decode(Result.self, from: content)
  }

  /// Whether an earlier run seems to have finished a unit; its file isn't read.
  package func hasResult(of unit: String) -> Bool {
    FileManager.default.fileExists(atPath: file(of: unit).path)
  }

  /// Deletes the folder, when what was to be made of it is in its place.
  package func remove() throws { try FileManager.default.removeItem(at: url) }

  /// Deletes the folder if no unit is finished: then there is nothing to continue.
  package func removeIfEmpty() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    if !names.contains(where: { $0.hasPrefix("unit-") }) { try? remove() }
  }

  /// Whether there is a job's folder.
  package static func exists(_ url: URL) -> Bool {
    FileManager.default.fileExists(atPath: url.appending(path: settingsName).path)
  }

  /// Deletes a job's folder that a run left behind which was stopped when everything was in place.
  package static func removeFinished(_ url: URL) {
    guard exists(url), let lock = try? FileLock(url.appending(path: lockName)) else { return }
    withExtendedLifetime(lock) { try? FileManager.default.removeItem(at: url) }
  }

  private func file(of unit: String) -> URL {
    url.appending(path: "unit-\(Self.fileName(unit)).json")
  }

  /// A unit's name as part of a file's.
  static func fileName(_ unit: String) -> String {
    let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-".utf8)
    return unit.utf8.map { byte in
      allowed.contains(byte)
        ? String(UnicodeScalar(byte)) : "%" + String(format: "%02x", Int(byte))
    }.joined()
  }

  /// Nil for a file that isn't there or isn't as it was written.
  private func read<Result: Codable>(_ file: URL, unit: String) -> Result? {
    guard let data = try? Data(contentsOf: file), data.last == UInt8(ascii: "\n"),
      let end = data.firstIndex(of: UInt8(ascii: "\n"))
    else { return nil }
    let content = data[(end + 1)...].dropLast()
    guard data[..<end] == Data(Self.digest(unit, content).utf8) else { return nil }
    return try? Self.decoder.decode(Result.self, from: Data(content))
  }

  private static let settingsName = "job.json"
  private static let lockName = ".lock"

  private static func create(_ url: URL) throws {
    guard !FileManager.default.fileExists(atPath: url.path) || isEmpty(url) else {
      throw JobError.noJobDirectory(url.relativePath)
    }
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw CheckpointError.cannotWrite(
        path: url.relativePath, reason: error.localizedDescription)
    }
  }

  private static func isEmpty(_ url: URL) -> Bool {
    // An interruption while the settings were written leaves a hidden file.
    (try? FileManager.default.contentsOfDirectory(atPath: url.path))?
      .allSatisfy { $0.hasPrefix(".") } ?? false
  }

  private static func digest(_ unit: String, _ content: some DataProtocol) -> String {
    var hash = SHA256()
    hash.update(data: Data("\(unit)\n".utf8))
    hash.update(data: Data(content))
    return hash.finalize().hexadecimal
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}

/// The file of settings.
private struct StoredJob<Settings: Codable>: Codable {
  static var kind: String { "bpw.job" }

  let kind: String
  let version: Int
  let settings: Settings
}

extension JobDirectory {
  /// Where two settings differ, as "rows 16 instead of 32": what was found first.
  static func differences<Settings: Codable>(
    _ found: Settings, _ wanted: Settings
  ) throws -> [String] {
    func file(_ settings: Settings) throws -> Data {
      try encoder.encode(
        StoredJob(kind: StoredJob<Settings>.kind, version: version, settings: settings))
    }
    return try differences(file(found), file(wanted))
  }

  /// The same of files of settings.
  private static func differences(_ found: Data, _ wanted: Data) throws -> [String] {
    let (found, wanted) = (try values(found), try values(wanted))
    return Set(found.keys).union(wanted.keys).sorted().compactMap { key in
      guard found[key] != wanted[key] else { return nil }
      let name = key.reduce(into: "") { name, character in
        // As words: "targetBitsPerWeight", "target_bits".
        if character.isUppercase { name += " " }
        name += character == "_" ? " " : character.lowercased()
      }
      return "\(name) \(found[key] ?? "not given") instead of \(wanted[key] ?? "not given")"
    }
  }

  /// The settings as texts, those inside others with dots.
  private static func values(_ data: Data) throws -> [String: String] {
    var result: [String: String] = [:]
    func add(_ value: Any, _ path: [String]) {
      if let object = value as? [String: Any] {
        for (key, value) in object { add(value, path + [key]) }
      } else if let list = value as? [Any] {
        result[path.joined(separator: ".")] = list.map { "\($0)" }.joined(separator: ", ")
      } else {
        let text = "\(value)"
        // A digest tells nobody more than its beginning does.
        result[path.joined(separator: ".")] = text.utf8.count == 64 ? "\(text.prefix(12))…" : text
      }
    }
    let job = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    add(job["settings"] ?? [:], [])
    return result
  }
}
