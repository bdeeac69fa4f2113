import COpenBLAS

/// What this process's OpenBLAS is, and its one global setting.
package enum BLAS {
  /// Our own threads are the only ones: BLAS results then don't depend on how many there are.
  private static let once: Void = openblas_set_num_threads(1)

  /// Makes OpenBLAS run each call in the calling thread. Cheap after the first time.
  static func prepare() { _ = once }

  /// The kernels OpenBLAS chose, such as "Haswell" or "SkylakeX". Results of different kernels may
  /// differ in the last bit.
  package static var kernel: String {
    prepare()
    return String(cString: openblas_get_corename())
  }
}
