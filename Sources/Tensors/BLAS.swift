import COpenBLAS

/// What this process's OpenBLAS is, and its one global setting.
package enum BLAS {
  /// Our own threads are the only ones: BLAS results then don't depend on how many there are.
  private static let once: Void = openblas_set_num_threads(1)

  /// Makes OpenBLAS run each call in the calling thread. Cheap after the first time.
  static func prepare() { _ = once }

  /// The kernels OpenBLAS chose, such as "Haswell" or "SkylakeX", and what else computes products in
  /// this process: "SkylakeX+AMX". Results of different kernels may differ in the last bits.
  package static var kernel: String {
    prepare()
    let name = String(cString: openblas_get_corename())
    switch MatrixUnit.current {
    case .portable: return name
    case .amx: return name + "+AMX"
    case .emulated: return name + "+emulated AMX"
    }
  }
}
