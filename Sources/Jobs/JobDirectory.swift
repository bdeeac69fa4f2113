import Checkpoints
import Crypto
import Foundation

/// A folder that lets an interrupted job continue: its settings, and one file per finished unit.
///
/// A unit's file appears when it is complete and never changes. Two processes must not work in the
/// same folder at the same time.
package struct JobDirectory: Sendable {
  /// The folder.
  package let url: URL

  /// Opens the folder, or creates it.
  ///
  /// Throws `JobError.otherSettings` for one that holds a job with other settings,
  /// `JobError.noJobDirectory` for a folder that holds something else, and `CheckpointError` where
  /// nothing can be written.
  package init<Settings: Codable & Equatable>(_ url: URL, settings: Settings) throws {
    self.url = url
    let file = url.appending(path: Self.settingsName)
    let wanted = StoredJob(kind: StoredJob<Settings>.kind, version: 1, settings: settings)
    guard FileManager.default.fileExists(atPath: file.path) else {
      try Self.create(url)
      try AtomicFile.write(try Self.encoder.encode(wanted), to: file, isResult: false)
      return
    }
    let found: Data
    do {
      found = try Data(contentsOf: file)
    } catch {
      throw JobError.noJobDirectory(url.relativePath)
    }
    guard
      let stored = try? Self.decoder.decode(StoredJob<Settings>.self, from: found),
      stored.kind == wanted.kind
    else {
      // What can't be read as these settings may be those of another version.
      guard (try? JSONSerialization.jsonObject(with: found)) != nil else {
        throw JobError.noJobDirectory(url.relativePath)
      }
      throw JobError.otherSettings(
        directory: url.relativePath,
        differences: try Self.differences(found, try Self.encoder.encode(wanted)))
    }
    guard stored.settings == settings else {
      throw JobError.otherSettings(
        directory: url.relativePath,
        differences: try Self.differences(found, try Self.encoder.encode(wanted)))
    }
  }

  /// The result of a unit, from disk where an earlier run finished it. What is returned is always
  /// what can be read back, so that a continued job gives what an uninterrupted one does. A file
  /// that is damaged is written anew.
  package func result<Result: Codable>(
    of unit: String, compute: () throws -> Result
  ) throws -> Result {
    let file = file(of: unit)
    if let stored: Result = read(file, unit: unit) { return stored }
    let content = try Self.encoder.encode(try compute())
    let result = try Self.decoder.decode(Result.self, from: content)
    let header = Data("\(Self.digest(unit, content))\n".utf8)
    try AtomicFile.write(header + content + Data("\n".utf8), to: file, isResult: false)
    return result
  }

  /// Whether an earlier run seems to have finished a unit; its file isn't read.
  package func hasResult(of unit: String) -> Bool {
    FileManager.default.fileExists(atPath: file(of: unit).path)
  }

  /// Deletes the folder, when what was to be made of it is in its place.
  package func remove() throws { try FileManager.default.removeItem(at: url) }

  private func file(of unit: String) -> URL {
    // Names of units become names of files, none of which is hidden or in another folder.
    let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-".utf8)
    let name = unit.utf8.map { byte in
      allowed.contains(byte)
        ? String(UnicodeScalar(byte)) : "%" + String(format: "%02x", Int(byte))
    }.joined()
    return url.appending(path: "unit-\(name).json")
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
  /// Where two files of settings differ, as "rows 16 instead of 32": what was found first.
  private static func differences(_ found: Data, _ wanted: Data) throws -> [String] {
    let (found, wanted) = (try values(found), try values(wanted))
    return Set(found.keys).union(wanted.keys).sorted().compactMap { key in
      guard found[key] != wanted[key] else { return nil }
      let name = key.replacing("_", with: " ")
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
        result[path.joined(separator: ".")] = "\(value)"
      }
    }
    let job = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    add(job["settings"] ?? [:], [])
    return result
  }
}
