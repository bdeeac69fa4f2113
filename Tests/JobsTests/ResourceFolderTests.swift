import Foundation
import Jobs
import TestSupport
import Testing

/// Whether the tests' executable lies in the package, as it does unless a runner from elsewhere
/// loads them: folders that come with the tool are looked for above it.
let isBuiltInThePackage = ResourceFolder.candidates("Package.swift").contains {
  $0.path == PackageFolder.path("Package.swift").resolvingSymlinksInPath().path
}

@Suite("A folder that comes with the tool", .enabled(if: isBuiltInThePackage))
struct ResourceFolderTests {
  @Test("is the nearest one above the executable", arguments: ["calibration", "qparams"])
  func isTheNearestOne(name: String) throws {
    #expect(
      ResourceFolder.find(name)?.path
        == PackageFolder.path(name).resolvingSymlinksInPath().path)
  }

  @Test func isNilWhereThereIsNone() {
    #expect(ResourceFolder.find("no-such-folder") == nil)
    #expect(ResourceFolder.candidates("x").last?.path == "/x")
  }
}
