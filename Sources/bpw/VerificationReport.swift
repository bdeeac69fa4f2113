import BitAllocation

/// What `bpw verify` found.
struct VerificationReport: Encodable {
  let allocation: String
  let holds: Bool
  let checks: [Verification.Check]

  init(_ verification: Verification, allocation: String) {
    self.allocation = allocation
    holds = verification.holds
    checks = verification.checks
  }

  func print(_ reporting: ReportingOptions, to console: Console) throws {
    if reporting.json {
      console.result(try Report("verify", self).text())
      return
    }
    for check in checks {
      console.result(
        "\(check.holds ? "holds" : "WRONG")  \(check.name.paddedLabel) \(check.detail)")
    }
    console.result(
      holds
        ? "\(allocation) is what it says it is."
        : "\(allocation) is not what it says it is. Make it again with 'bpw optimize'.")
  }
}
