import Checkpoints
import Foundation
import Synchronization

/// Where hidden states are held: in memory, or in files of a folder where they would take too much
/// of it. What is computed with them doesn't depend on it.
package enum StatePlace: Sendable {
  case memory
  case folder(URL)

  /// What names of these files begin with.
  static let prefix = "states-"

  private static let made = Atomic(0)

  /// A new file in a folder.
  static func newFile(in folder: URL) throws -> ScratchFile {
    let number = made.wrappingAdd(1, ordering: .relaxed).newValue
    return try ScratchFile(creating: folder.appending(path: "\(prefix)scratch-\(number)"))
  }
}
