// swift-tools-version: 6.2
import PackageDescription

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "bpw",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
  ],
  targets: [
    // The command line.
    .executableTarget(
      name: "bpw",
      dependencies: [
        "Jobs", "Formats", "Models", "Quantization", "Checkpoints", "Tensors", "Tokenizers",
        "BitAllocation", "ByteJSON", argumentParser,
      ]),
    // What must stay fast, timed: swift run -c release Benchmarks.
    .executableTarget(
      name: "Benchmarks", dependencies: ["BitAllocation", "Quantization", "Tensors"]),
    // What the commands do.
    .target(
      name: "Jobs",
      dependencies: [
        "Formats", "Models", "Quantization", "Checkpoints", "Tensors", "Tokenizers",
        "BitAllocation", "ByteJSON", .product(name: "Crypto", package: "swift-crypto"),
      ]),
    // What they are made of. A target may use what stands below it.
    .target(
      name: "Formats",
      dependencies: ["Models", "Quantization", "Checkpoints", "Tensors", "ByteJSON"]),
    .target(name: "Models", dependencies: ["Checkpoints", "Tensors"]),
    .target(name: "Quantization", dependencies: ["Tensors", "CKernels"]),
    .target(
      name: "Checkpoints",
      dependencies: [
        "Tensors", "ByteJSON", "CMappings", .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .target(name: "CMappings"),
    .target(name: "Tensors", dependencies: ["CKernels", "COpenBLAS"]),
    .target(name: "CKernels"),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas lapacke",
      providers: [.apt(["libopenblas-dev", "liblapacke-dev"]), .brew(["openblas"])]),
    // What stands alone.
    .target(name: "Tokenizers", dependencies: ["ByteJSON"]),
    .target(name: "BitAllocation", dependencies: ["ByteJSON"]),
    .target(name: "ByteJSON"),
    // What tests share, and the tests, one target per module.
    .target(
      name: "TestSupport", dependencies: ["Checkpoints", "Tensors"], path: "Tests/TestSupport"),
    .testTarget(name: "ByteJSONTests", dependencies: ["ByteJSON", "Tensors"]),
    .testTarget(
      name: "BitAllocationTests", dependencies: ["BitAllocation", "Tensors", "TestSupport"]),
    .testTarget(
      name: "TokenizersTests", dependencies: ["Tokenizers", "ByteJSON", "Tensors", "TestSupport"],
      exclude: ["Vectors"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors"]),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["Checkpoints", "Tensors", "ByteJSON", "TestSupport"]),
    .testTarget(
      name: "QuantizationTests",
      dependencies: ["Quantization", "Tensors", "CKernels", "TestSupport"]),
    .testTarget(
      name: "ModelsTests", dependencies: ["Models", "Checkpoints", "Tensors", "TestSupport"]),
    .testTarget(
      name: "FormatsTests",
      dependencies: [
        "Formats", "Models", "Quantization", "Checkpoints", "Tensors", "ByteJSON", "TestSupport",
      ]),
    .testTarget(
      name: "JobsTests",
      dependencies: [
        "Jobs", "Formats", "Models", "Quantization", "Checkpoints", "Tensors", "Tokenizers",
        "BitAllocation", "TestSupport",
      ]),
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "Jobs", "Formats", "Models", "Quantization", "Checkpoints", "Tensors", "Tokenizers",
        "BitAllocation", "ByteJSON", "TestSupport",
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: ["bpw", "Checkpoints", "Tensors", "ByteJSON", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)

/// Whoever changes something here sees its warnings; a newer compiler's don't stop a user's build.
let isChecked = Context.environment["CI"] != nil

for target in package.targets where target.type != .system {
  if ["CKernels", "CMappings"].contains(target.name) {
    target.cSettings = isChecked ? [.treatAllWarnings(as: .error)] : []
    continue
  }
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
  if isChecked { target.swiftSettings?.append(.treatAllWarnings(as: .error)) }
}
