/// Colors and fonts of a page, for light and dark.
enum PageStyle {
  /// The colors of lines are Okabe and Ito's, which those who confuse red and green tell apart;
  /// darker or lighter where they would be too weak on the background. The heat map's go from light
  /// to dark in one hue, as does printing in gray.
  static let rules = """

    :root { --page: #ffffff; --ink: #1c1e21; --soft: #5b6067; --grid: #e3e5e8; --box: #f6f7f8;
      --c0: #000000; --c1: #0072b2; --c2: #b35900; --c3: #00755a; --c4: #a83279; --c5: #4f8fc4;
      --c6: #8a7400; --c7: #7a4fbf; --gray: #7d838b;
      --h0: #f1eef6; --h1: #dcdceb; --h2: #c0c9e2; --h3: #9fb8d8; --h4: #74a9cf; --h5: #4190bf;
      --h6: #1b72ae; --h7: #07548a; --h8: #023858; }
    @media (prefers-color-scheme: dark) { :root { --page: #16181b; --ink: #e8eaed; --soft: #a7adb5;
      --grid: #2e3238; --box: #1f2226; --c0: #ffffff; --c1: #56b4e9; --c2: #f0a04b; --c3: #3fc9a0;
      --c4: #e58ac0; --c5: #9cc8f0; --c6: #e5d04f; --c7: #b79cf0; --gray: #8b929b;
      --h0: #10222f; --h1: #143449; --h2: #174763; --h3: #1b5d82; --h4: #2377a3; --h5: #3a93c2;
      --h6: #67afd6; --h7: #9dcbe6; --h8: #d8ebf7; } }
    body { background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
      max-width: 1060px; margin: 2em auto; padding: 0 1.2em; }
    h1 { font-size: 1.6em; margin-bottom: 0.2em; } h2 { font-size: 1.2em; margin: 2em 0 0.3em; }
    h3 { font-size: 1em; margin: 1.2em 0 0.2em; } p { margin: 0.4em 0; max-width: 75ch; }
    .soft, .legend, figcaption { color: var(--soft); } .lead { font-size: 1.1em; }
    svg { width: 100%; height: auto; display: block; } figure { margin: 0.6em 0; }
    .tick { font-size: 11.5px; fill: var(--soft); } .label { font-size: 12.5px; fill: var(--ink); }
    .grid { stroke: var(--grid); stroke-width: 1; }
    .line { fill: none; stroke-width: 1.6; } .bar { stroke-width: 1.2; opacity: 0.6; }
    .hollow { fill: none; stroke-width: 1.7; } .c0.line { stroke-width: 2.6; }
    .dash1 { stroke-dasharray: 6 3; } .dash2 { stroke-dasharray: 2 3; }
    .gray { stroke: var(--gray); } .gray.solid { fill: var(--gray); }
    .pair { display: flex; flex-wrap: wrap; gap: 0 1.5em; } .pair figure { flex: 1 1 460px; }
    .legend { display: flex; flex-wrap: wrap; gap: 0.1em 1.1em; max-width: none; font-size: 0.9em; }
    .key { display: inline-flex; align-items: center; gap: 0.4em; white-space: nowrap; }
    .swatch { display: inline-block; width: 1.1em; height: 0.9em; }
    .key svg { width: 30px; height: 12px; flex: none; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.93em; }
    th, td { padding: 0.2em 0.8em; text-align: right; border-bottom: 1px solid var(--grid);
      white-space: nowrap; } th:first-child, td:first-child { text-align: left; }
    th { font-weight: 600; } .best { font-weight: 600; }
    details { margin: 0.6em 0; } summary { cursor: pointer; }
    """
    + (0..<8).map { ".c\($0) { stroke: var(--c\($0)); } .c\($0).solid { fill: var(--c\($0)); }" }
    .joined(separator: "\n") + "\n"
    + (0..<HeatMap.levels).map { ".heat\($0) { fill: var(--h\($0)); background: var(--h\($0)); }" }
    .joined(separator: "\n") + "\n"
}
