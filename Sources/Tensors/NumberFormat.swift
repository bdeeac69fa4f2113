import CKernels

/// The 16-bit floating-point formats of model files, to and from 32 bits.
package enum NumberFormat {
  /// The values of little-endian bfloat16 codes.
  package static func floats(bfloat16 codes: [UInt16]) -> [Float] {
    converted(codes, ck_bf16_to_f32)
  }

  /// The values of IEEE binary16 codes, subnormals included.
  package static func floats(binary16 codes: [UInt16]) -> [Float] {
    converted(codes, ck_f16_to_f32)
  }

  /// The nearest binary16 codes; ties to even, infinity beyond 65504.
  package static func binary16(_ values: [Float]) -> [UInt16] {
    converted(values, ck_f32_to_f16)
  }

  /// The nearest bfloat16 codes; ties to even.
  package static func bfloat16(_ values: [Float]) -> [UInt16] {
    converted(values, ck_f32_to_bf16)
  }

  /// Values rounded to binary16.
  package static func roundedToBinary16(_ values: [Float]) -> [Float] {
    floats(binary16: binary16(values))
  }

  /// Values rounded to bfloat16.
  package static func roundedToBfloat16(_ values: [Float]) -> [Float] {
    floats(bfloat16: bfloat16(values))
  }

  private static func converted<Source, Target>(
    _ source: [Source], _ kernel: (UnsafeMutablePointer<Target>, UnsafePointer<Source>, Int) -> Void
  ) -> [Target] {
    guard !source.isEmpty else { return [] }
    return [Target](unsafeUninitializedCapacity: source.count) { target, count in
      kernel(target.baseAddress!, source, source.count)
      count = source.count
    }
  }
}
