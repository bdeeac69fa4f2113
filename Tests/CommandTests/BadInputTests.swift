import TestSupport
import Testing

@Suite("Bad input")
struct BadInputTests {
  @Test("is met with one line and leaves everything as it was", arguments: BadInput.all)
  func isMetWithOneLine(_ bad: BadInput) throws {
    let place = try Workplace(bad.model)
    try place.addResults()
    try bad.damage(place)
    let before = try place.contents()

    let outcome = try bpw(bad.line + " -q", in: place.url, input: bad.input)

    #expect(outcome.exitCode == 1)
    #expect(outcome.output == "")
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("Error: "))
    #expect(outcome.errors.contains(bad.message), "\(outcome.errors)")
    #expect(!outcome.errors.contains("could not be completed"))
    // A job that fails on its way keeps what is finished.
    #expect(try place.contents().filter { !$0.key.hasPrefix("new.json.job") } == before)
  }

  static let usageErrors = [
    ("measure", "'<model>'"),
    ("measure model", "'--output <output>'"),
    ("measure model -o new.json --rows 0", "--rows is 0; it must be at least 1."),
    ("measure model -o new.json --rows -3", "--rows is -3; it must be at least 1."),
    ("measure model -o new.json --rows many", "'many' is invalid for '--rows <rows>'"),
    ("measure model -o new.json --tokens 1", "--tokens is 1; it must be at least 2."),
    ("measure model -o new.json --random-rows 64", "less than --rows, which is 64."),
    ("measure model -o new.json --damping 0", "--damping is 0.0; it must be above 0"),
    ("measure model -o new.json --sketch -1", "--sketch is -1; it must be 0 or more."),
    ("measure model other -o new.json", "Unexpected argument 'other'"),
    ("measure model -o new.json --fast", "Unknown option '--fast'"),
    ("optimize m.json -o new.json", "Give one of --bits, --size and --memory."),
    ("optimize m.json -b 4 --size 1MB -o new.json", "Give one of --bits, --size and --memory."),
    ("optimize m.json --size 1parsec -o new.json", "'1parsec' is invalid for '--size <bytes>'"),
    ("optimize m.json -b 4 --context 9 -o new.json", "--context goes with --memory."),
    ("optimize m.json --memory 1GB --cache-bits 5 -o new.json", "--cache-bits is 5"),
    (
      "optimize m.json -b 4 --head-bits 7 -o new.json",
      "--head-bits is 7; it must be one of 2, 3, 4,"
    ),
    ("optimize m.json -b 4 --pin lm_head -o new.json", "--pin is 'lm_head', which isn't LAYERS="),
    ("optimize m.json -b 4 --max a=-1 -o new.json", "--max is 'a=-1'; bits must be above 0."),
    ("optimize m.json -b 4 --depth-curve 1 -o new.json", "--depth-curve is '1'; it must be two"),
    ("optimize m.json -b 4 --depth-weight -2 -o new.json", "--depth-weight is -2.0"),
    ("optimize m.json -b 4 --power 2 -o new.json", "--power goes with --objective power."),
    ("optimize m.json -b 4 --objective power --power 9 -o new.json", "--power is 9.0"),
    ("optimize m.json -b 4 --slack 1 -o new.json", "--slack goes with --objective lexico"),
    ("optimize m.json -b 4 --weight code -o new.json", "--weight has 'code'"),
    ("optimize m.json -b 4 --weight a=1,a=2 -o new.json", "--weight has 'a' twice."),
    (
      "optimize m.json -b 4 --objective min-max --strategy greedy -o new.json",
      "--objective min-max has a strategy of its own"
    ),
    ("frontier m.json --bits 0", "'0' is invalid for '--bits <sizes>'"),
    ("frontier m.json --bits 4:3:1", "'4:3:1' is invalid for '--bits <sizes>'"),
    ("frontier m.json --objective min-max", "A frontier is one of sums"),
    ("verify a.json", "'--measurement <measurement>'"),
    ("compare m.json --model model", "--model and --text go together"),
    ("compare m.json --rows 3", "--rows, --tokens and --job go with --model and --text."),
    ("compare m.json --strategies best", "'best' is invalid for '--strategies"),
    ("compare m.json --objective min-max", "Strategies are compared by their sums"),
    ("optimize m.json -b 40 -o new.json", "--bits is 40.0; it must be above 0 and at most 32."),
    ("optimize m.json -b -1 -o new.json", "--bits is -1.0; it must be above 0 and at most 32."),
    ("optimize m.json -b nan -o new.json", "--bits is nan"),
    ("optimize m.json -b 4 -o new.json --strategy best", "'best' is invalid for '--strategy"),
    ("optimize m.json -b 4 -o new.json --scale x", "'residual' and 'output'"),
    ("stability m.json", "Give one of --bits, --size and --memory."),
    ("stability m.json -b 4 -a a.json", "Give either --allocation or what to choose"),
    ("stability m.json -a a.json --scale output", "Give either --allocation or what to choose"),
    ("stability m.json -b 40", "--bits is 40.0; it must be above 0 and at most 32."),
    ("stability m.json -b 4 --bootstraps 0", "--bootstraps is 0; it must be from 1 to 100000."),
    ("convert model -o new", "'--allocation <allocation>'"),
    ("quantize model -b 4", "'--output <output>'"),
    ("eval model", "Give either --text or --token-ids."),
    ("eval model --text a.txt --token-ids b.safetensors", "Give either --text or --token-ids."),
    ("eval model --text a.txt --logits b.safetensors", "--logits goes with --token-ids."),
    ("eval model --token-ids a.safetensors --tokens 5", "--tokens goes with --text"),
    ("eval model --text a.txt --rows 0", "--rows is 0; it must be at least 1."),
    ("tokenize", "'<model>'"),
    ("mesure", "Unexpected argument 'mesure'"),
  ]

  @Test("on the command line is told from what cannot be done", arguments: usageErrors)
  func usageError(line: String, message: String) throws {
    let folder = try TemporaryFolder()
    let outcome = try bpw(line, in: folder.url)
    #expect(outcome.exitCode == 64)
    #expect(outcome.output == "")
    #expect(outcome.errors.hasPrefix("Error: "))
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.errors.contains("--help' for more information."))
    #expect(try folder.names == [])
  }
}
