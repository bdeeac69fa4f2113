/// A picture with two axes, into which lines and marks are drawn.
struct Plot {
  let x: Axis
  let y: Axis
  private let size: (width: Double, height: Double)
  private let title: String
  private let labels: (x: String, y: String)
  private let xTicks: [(value: Double, label: String)]
  private var content: [Markup] = []

  /// Room for labels around the picture.
  private static let margins = (left: 62.0, right: 16.0, top: 12.0, bottom: 44.0)

  /// `title` is what the picture shows, for those who don't see it. `xTicks` are for values that are
  /// no numbers to the reader.
  init(
    title: String, width: Double, height: Double, x: (label: String, values: [Double], log: Bool),
    y: (label: String, values: [Double], log: Bool), xTicks: [(value: Double, label: String)]? = nil
  ) {
    self.title = title
    size = (width, height)
    labels = (x.label, y.label)
    self.x = .fitting(
      x.values, from: Self.margins.left, to: width - Self.margins.right, isLogarithmic: x.log)
    self.y = .fitting(
      y.values, from: height - Self.margins.bottom, to: Self.margins.top, isLogarithmic: y.log)
    self.xTicks = xTicks ?? self.x.ticks
  }

  /// Joins points by a line.
  mutating func line(_ points: [(Double, Double)], class name: String, tooltip: String) {
    let path = points.map { "\(x.place($0.0).xy),\(y.place($0.1).xy)" }.joined(separator: " ")
    content.append(
      .element("polyline", ["points": path, "class": "line \(name)"], [Self.tooltip(tooltip)]))
  }

  /// A mark at a point.
  mutating func mark(
    _ point: (Double, Double), _ shape: MarkShape, class name: String, tooltip: String
  ) {
    let (x, y) = (x.place(point.0), y.place(point.1))
    content.append(shape.markup(x: x, y: y, class: "mark \(name)", [Self.tooltip(tooltip)]))
  }

  /// A vertical line, such as an interval.
  mutating func bar(x value: Double, from low: Double, to high: Double, class name: String) {
    let place = x.place(value).xy
    content.append(
      .element(
        "line",
        [
          "x1": place, "x2": place, "y1": y.place(low).xy, "y2": y.place(high).xy,
          "class": "bar \(name)",
        ]))
  }

  static func tooltip(_ text: String) -> Markup { .element("title", [:], [.text(text)]) }

  var markup: Markup {
    .element(
      "svg",
      [
        "viewBox": "0 0 \(size.width.xy) \(size.height.xy)", "role": "img", "aria-label": title,
        "style": "max-width:\(Int(size.width))px", "xmlns": "http://www.w3.org/2000/svg",
      ], grid + content)
  }

  private var grid: [Markup] {
    let (left, right) = (x.from.xy, x.to.xy)
    let (bottom, top) = (y.from.xy, y.to.xy)
    func text(_ label: String, _ x: Double, _ y: Double, _ anchor: String) -> Markup {
      .element(
        "text", ["x": x.xy, "y": y.xy, "text-anchor": anchor, "class": "tick"], [.text(label)])
    }
    var marks: [Markup] = []
    for (value, label) in xTicks {
      let place = x.place(value)
      marks.append(
        .element(
          "line", ["x1": place.xy, "x2": place.xy, "y1": top, "y2": bottom, "class": "grid"]))
      marks.append(text(label, place, y.from + 16, "middle"))
    }
    for (value, label) in y.ticks {
      let place = y.place(value)
      marks.append(
        .element(
          "line", ["x1": left, "x2": right, "y1": place.xy, "y2": place.xy, "class": "grid"]))
      marks.append(text(label, x.from - 6, place + 4, "end"))
    }
    marks.append(
      .element(
        "text",
        [
          "x": ((x.from + x.to) / 2).xy, "y": (size.height - 8).xy, "text-anchor": "middle",
          "class": "label",
        ], [.text(labels.x)]))
    let middle = (y.from + y.to) / 2
    marks.append(
      .element(
        "text",
        [
          "x": "13", "y": middle.xy, "text-anchor": "middle", "class": "label",
          "transform": "rotate(-90 13 \(middle.xy))",
        ], [.text(labels.y)]))
    return marks
  }
}

/// What a mark looks like: shapes tell kinds apart where colors can't.
enum MarkShape {
  case disc, ring, square, cross
  /// Small, where there are many.
  case dot

  func markup(x: Double, y: Double, class name: String, _ children: [Markup]) -> Markup {
    switch self {
    case .disc:
      .element("circle", ["cx": x.xy, "cy": y.xy, "r": "4.5", "class": "\(name) solid"], children)
    case .dot:
      .element("circle", ["cx": x.xy, "cy": y.xy, "r": "2", "class": "\(name) solid"], children)
    case .ring:
      .element("circle", ["cx": x.xy, "cy": y.xy, "r": "4", "class": "\(name) hollow"], children)
    case .square:
      .element(
        "rect",
        [
          "x": (x - 3.5).xy, "y": (y - 3.5).xy, "width": "7", "height": "7",
          "class": "\(name) hollow",
        ], children)
    case .cross:
      .element(
        "path",
        [
          "d": "M\((x - 4).xy),\((y - 4).xy)l8,8m0,-8l-8,8", "class": "\(name) hollow",
        ], children)
    }
  }
}
