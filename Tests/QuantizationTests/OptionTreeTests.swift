import Quantization
import Tensors
import Testing

@Suite struct OptionTreeTests {
  private func options(_ layouts: String...) throws -> [QParams] {
    try layouts.map { try QParams(parsing: $0) }
  }

  @Test func hasARunPerSharedBeginning() throws {
    let menu = try options(
      "0.25:4b_32g/0.75:3b_32g s4", "1:3b_64g s4", "0.5:4b_32g/0.5:2b_64g s4", "1:4b_32g s4")
    let root = try OptionTree(menu, inputs: 128).root
    #expect(root.groups.isEmpty && root.options.isEmpty && root.children.count == 2)
    let four = root.children[0]
    #expect(four.groups == [Group(bits: 4, rows: 0..<32)] && four.children.count == 2)
    #expect(four.children[0].options == [0])
    #expect(four.children[0].groups.map(\.rows) == [32..<64, 64..<96, 96..<128])
    let longer = four.children[1]
    #expect(longer.groups == [Group(bits: 4, rows: 32..<64)])
    #expect(longer.children.map(\.options) == [[2], [3]])
    #expect(root.children[1].options == [1])
  }

  @Test func countsWhatRemains() throws {
    let tree = try OptionTree(
      options("0.5:4b_32g/0.5:3b_32g s4", "1:4b_32g s4"), inputs: 64)
    // Of two runs over 64 rows, each row's error carried to the rows after it, one half of the rows
    // is taken twice: those with the fewest rows after them.
    let (first, second) = ((32..<64).reduce(0, +), (0..<32).reduce(0, +))
    let share = Double(first + 2 * second) / Double(2 * (first + second))
    #expect(abs(tree.remainingShare - share) < 1e-12)
    #expect(try OptionTree(options("1:4b_32g s4"), inputs: 64).remainingShare == 1)
    let menu = try OptionTree(shippedMenu().options, inputs: 4096)
    #expect(menu.remainingShare < 1)
  }

  @Test("keeps every option, in however many parts", arguments: [1, 2, 8, 20, 100])
  func parts(wanted: Int) throws {
    func options(_ node: OptionTree.Node, after groups: [Group]) -> [(Int, [Group])] {
      let all = groups + node.groups
      return node.options.map { ($0, all) } + node.children.flatMap { options($0, after: all) }
    }
    let menu = try shippedMenu().options
    let parts = try OptionTree(menu, inputs: 1024).parts(wanted)
    // Options may cut these inputs into the same groups.
    let distinct = Set(try menu.map { try $0.groups(inputs: 1024) }).count
    #expect(parts.count >= min(wanted, distinct))
    let found = parts.flatMap { options($0, after: []) }.sorted { $0.0 < $1.0 }
    #expect(found.map(\.0) == Array(menu.indices))
    for (option, groups) in found { #expect(try groups == menu[option].groups(inputs: 1024)) }
  }

  @Test("gives each option what it gets alone", arguments: [64, 320, 640], [1, .max])
  func sharesExactly(inputs: Int, threads: Int) throws {
    let weights = randomWeights(inputs: inputs, outputs: 40, seed: 1)
    let factor = try correlatedHessian(tokens: 2 * inputs, inputs: inputs, seed: 2).factor()
    let menu = try shippedMenu().options
    let together = try gptq(weights, factor: factor, options: menu, atMost: threads) {
      (option: $0, result: $1)
    }
    #expect(together.map(\.option) == Array(menu.indices))
    for (option, shared) in zip(menu, together) {
      let alone = try gptq(weights, factor: factor, option: option)
      #expect(shared.result.matrix == alone.matrix)
      #expect(shared.result.error == alone.error)
      #expect(shared.result.dampedError == alone.dampedError)
    }
  }

  @Test func passesErrorsOn() throws {
    let weights = randomWeights(inputs: 64, outputs: 32, seed: 3)
    let menu = try options("1:3b_32g s4", "1:4b_32g s4", "0.5:4b_32g/0.5:2b_32g s4")
    struct Refusal: Error, Equatable { let option: Int }
    #expect(throws: Refusal(option: 2)) {
      try gptq(weights, factor: .identity(inputs: 64), options: menu) { option, _ in
        if option == 2 { throw Refusal(option: option) }
      }
    }
    #expect(throws: QuantizationError.self) {
      try gptq(
        randomWeights(inputs: 48, outputs: 32, seed: 4), factor: .identity(inputs: 48),
        options: menu
      ) { _, _ in }
    }
  }
}
