import ByteJSON
import Foundation
import TestSupport
import Testing

@Suite("Damage")
struct MutatorTests {
  private static let document = Data(#"{"a": [1, {"b": "x\"]"}, null], "é": -2.5e3, "c": []}"#.utf8)

  private func inputs(_ format: Mutator.Format, _ seeds: [Data], seed: UInt64 = 1) -> [Data] {
    let mutator = Mutator(format, seeds: seeds)
    return (0..<2000).map { mutator.input(seed: seed, index: $0) }
  }

  @Test("is the same for the same numbers, and other for others")
  func isDeterministic() {
    let once = inputs(.json, [Self.document])
    #expect(once == inputs(.json, [Self.document]))
    #expect(once[0] == Self.document)
    #expect(Set(once).count > 1000)
    let other = inputs(.json, [Self.document], seed: 2)
    #expect(zip(once, other).count { $0 == $1 } < 200)
  }

  @Test("leaves much JSON that still is some, and reaches every part of it")
  func staysJSON() {
    let inputs = inputs(.json, [Self.document])
    let values = inputs.compactMap { try? JSONValue.parse($0, allowingNonFinite: true) }
    #expect(values.count > 500 && values.count < 1900)
    let original = try? JSONValue.parse(Self.document)
    for key in ["a", "é", "c"] {
      #expect(values.contains { $0.object != nil && $0[key] != original?[key] }, "\(key)")
      #expect(values.contains { $0 != original && $0[key] == original?[key] }, "\(key)")
    }
    #expect(values.contains { $0["a"]?.array?.count ?? 0 > 100 })
    func has(_ problem: (JSONError.Problem) -> Bool) -> Bool {
      inputs.contains { input in
        do throws(JSONError) {
          _ = try JSONValue.parse(input)
          return false
        } catch {
          return problem(error.problem)
        }
      }
    }
    #expect(has { $0 == .tooDeep(limit: 256) })
    #expect(has { $0 == .invalidUTF8 })
    #expect(has { $0 == .loneSurrogate })
    #expect(has { $0 == .numberTooLarge })
    #expect(has { if case .duplicateKey = $0 { true } else { false } })
    #expect(has { if case .unexpectedEnd = $0 { true } else { false } })
  }

  @Test("fits the length of a safetensors header to it, or leaves the header alone, mostly")
  func safetensors() {
    let header = Data(#"{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#.utf8)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
    let inputs = inputs(.safetensors, [length + header + Data(count: 8)])
    let whole = inputs.count { input in
      guard input.count >= 8 else { return false }
      let length = input.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard length <= input.count - 8 else { return false }
      return (try? JSONValue.parse(input[8..<8 + Int(length)])) != nil
    }
    #expect(whole > 1000)
    #expect(inputs.contains { $0.count == 16 + header.count && $0.suffix(8) != Data(count: 8) })
  }

  @Test("that is badly explained is complained about")
  func complaints() throws {
    struct Foreign: Error {}
    struct Mute: LocalizedError {}
    struct Anonymous: LocalizedError { var errorDescription: String? { "It is broken." } }
    struct Sound: LocalizedError { var errorDescription: String? { "a.json is broken." } }
    func complaints(_ error: any Error, whenUsed isUsed: Bool) throws -> [Int] {
      let target = FuzzTarget("t", .json, seeds: [Self.document], places: ["a.json"]) { _ in
        if isUsed { return { throw error } }
        throw error
      }
      let journal = try FuzzJournal(target: "t", seed: 1)
      defer { journal.finish() }
      let report = target.run(seed: 1, indices: 0..<3, journal: journal)
      #expect(report.tried == 3 && report.accepted == (isUsed ? 3 : 0))
      return report.complaints.map(\.index)
    }
    for isUsed in [false, true] {
      #expect(try complaints(Foreign(), whenUsed: isUsed) == [0, 1, 2])
      #expect(try complaints(Mute(), whenUsed: isUsed) == [0, 1, 2])
      #expect(try complaints(CocoaError(.fileReadUnknown), whenUsed: isUsed) == [0, 1, 2])
      #expect(try complaints(Anonymous(), whenUsed: isUsed) == (isUsed ? [] : [0, 1, 2]))
      #expect(try complaints(Sound(), whenUsed: isUsed).isEmpty)
    }
  }
}
