import BitAllocation
import Jobs

struct ComparisonPage {
  let text: String
  init(
    _ comparison: Comparison, of measurement: BitAllocation.Measurement, request: AllocationRequest
  ) {
    text = ""
  }
}
