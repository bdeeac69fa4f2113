import Jobs
import Testing

@Suite("A number for people")
struct FormattedNumberTests {
  @Test(
    "has its significant digits",
    arguments: [
      (1.0, 3, "1.00"), (0.012345, 2, "0.012"), (123.456, 2, "123"), (123456, 3, "123456"),
      (1_234_567, 3, "1.23e+06"), (0.0000123, 2, "0.000012"), (0.00000123, 2, "1.2e-06"),
      (-2.5, 3, "-2.50"), (0, 3, "0"), (.infinity, 3, "inf"), (.nan, 3, "nan"),
    ] as [(Double, Int, String)])
  func hasItsDigits(value: Double, digits: Int, expected: String) {
    #expect(value.formatted(digits: digits) == expected)
  }
}
