/// How far a job inside a unit of another is.
struct UnitProgress {
  private var units = 1
  private var done = 0

  mutating func fraction(after event: JobEvent) -> Double? {
    switch event {
    case .began(_, let units, let done): (self.units, self.done) = (max(units, 1), done)
    case .advanced(_, let fraction): return (Double(done) + fraction) / Double(units)
    case .finishedUnit: done += 1
    case .warned: return nil
    }
    return Double(done) / Double(units)
  }
}
