/// Ways of quantizing a layer, arranged by the groups that they begin with.
///
/// GPTQ goes from group to group and never looks ahead: what two options have in common at their
/// beginning has to be done once.
package struct OptionTree: Sendable {
  /// A run of groups, and how options go on after them.
  package struct Node: Sendable {
    package let groups: [Group]
    /// The options that end here: indices, in ascending order.
    package let options: [Int]
    /// None, or at least two, which begin with different groups.
    package let children: [Node]
  }

  package let root: Node
  private let inputs: Int
  private let count: Int

  /// Throws what `QParams.groups(inputs:)` throws.
  package init(_ options: [QParams], inputs: Int) throws {
    let sequences = try options.map { try $0.groups(inputs: inputs) }
    root = Self.node(sequences, of: Array(sequences.indices), from: 0)
    self.inputs = inputs
    count = options.count
  }

  /// The node of some options, which agree in all groups before this one.
  private static func node(_ sequences: [[Group]], of options: [Int], from start: Int) -> Node {
    var end = start
    while let group = options.first.flatMap({ sequences[$0].dropFirst(end).first }),
      options.allSatisfy({ sequences[$0].dropFirst(end).first == group })
    {
      end += 1
    }
    // Groups cover all inputs, so that options end together or not at all.
    let ended = options.filter { sequences[$0].count == end }
    var branches: [(group: Group, options: [Int])] = []
    for option in options where sequences[option].count > end {
      let group = sequences[option][end]
      if let branch = branches.firstIndex(where: { $0.group == group }) {
        branches[branch].options.append(option)
      } else {
        branches.append((group, [option]))
      }
    }
    return Node(
      groups: options.first.map { Array(sequences[$0][start..<end]) } ?? [], options: ended,
      children: branches.map { node(sequences, of: $0.options, from: end) })
  }

  /// The operations of carrying errors on that remain, as a share of those of separate runs.
  package var remainingShare: Double {
    guard count > 0, inputs > 1 else { return 1 }
    return Double(operations(root)) / Double(count * inputs * (inputs - 1) / 2)
  }

  /// What an error of row i is carried to: the rows after it.
  private func operations(_ node: Node) -> Int {
    node.groups.reduce(0) { $0 + $1.rows.reduce(0) { $0 + inputs - 1 - $1 } }
      + node.children.reduce(0) { $0 + operations($1) }
  }

  /// The tree cut into so many trees, or a few more or less, that all begin with the first group; the
  /// one with most to do comes first. What is shared by several of them has to be done in each.
  package func parts(_ wanted: Int) -> [Node] {
    var parts = [(node: root, operations: operations(root))]
    while parts.count < wanted, let largest = parts.firstIndex(where: { !$0.node.children.isEmpty })
    {
      let node = parts.remove(at: largest).node
      for child in node.children {
        let part = Node(
          groups: node.groups + child.groups, options: child.options, children: child.children)
        parts.append((part, operations(part)))
      }
      parts.sort { $0.operations > $1.operations }
    }
    return parts.map(\.node)
  }
}
