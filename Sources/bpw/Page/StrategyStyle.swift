import Jobs

/// How a strategy's lines and marks look: by color, dashes and shape, since there are more of them
/// than colors that can be told apart.
struct StrategyStyle {
  let classes: String
  let shape: MarkShape

  /// `index` counts the strategies of the same kind.
  init(_ kind: Contender.Kind, index: Int) {
    switch kind {
    case .reference: (classes, shape) = ("c0", .disc)
    case .control: (classes, shape) = ("gray dash\(1 + index % 2)", .cross)
    case .rival:
      let dash = ["", " dash1", " dash2"][index / 7 % 3]
      (classes, shape) = ("c\(1 + index % 7)\(dash)", index / 7 % 2 == 0 ? .ring : .square)
    }
  }

  /// A sample with the name beside it.
  func key(_ name: String) -> Markup {
    .element(
      "span", ["class": "key"],
      [
        .element(
          "svg", ["viewBox": "0 0 30 12", "xmlns": "http://www.w3.org/2000/svg"],
          [
            .element("polyline", ["points": "0,6 30,6", "class": "line \(classes)"]),
            shape.markup(x: 15, y: 6, class: "mark \(classes)", []),
          ]), .text(name),
      ])
  }
}
