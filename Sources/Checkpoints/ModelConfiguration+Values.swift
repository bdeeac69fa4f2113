import ByteJSON

/// Whole numbers; `3.0` counts as one.
extension ModelConfiguration {
  /// The whole number at a key that must be there.
  package func int(_ key: String) throws -> Int {
    try required(intIfPresent(key), key, "a whole number")
  }

  /// The whole number at a key, `default` where there is none.
  package func int(_ key: String, default: Int) throws -> Int {
    try intIfPresent(key) ?? `default`
  }

  /// The whole number at a key, nil where there is none.
  package func intIfPresent(_ key: String) throws -> Int? {
    try value(key, "a whole number", \.int)
  }
}

/// Numbers of any form.
extension ModelConfiguration {
  /// The number at a key that must be there.
  package func double(_ key: String) throws -> Double {
    try required(doubleIfPresent(key), key, "a number")
  }

  /// The number at a key, `default` where there is none.
  package func double(_ key: String, default: Double) throws -> Double {
    try doubleIfPresent(key) ?? `default`
  }

  /// The number at a key, nil where there is none.
  package func doubleIfPresent(_ key: String) throws -> Double? {
    try value(key, "a number", \.double)
  }
}

/// Booleans.
extension ModelConfiguration {
  /// The Boolean at a key that must be there.
  package func bool(_ key: String) throws -> Bool {
    try required(boolIfPresent(key), key, "true or false")
  }

  /// The Boolean at a key, `default` where there is none.
  package func bool(_ key: String, default: Bool) throws -> Bool {
    try boolIfPresent(key) ?? `default`
  }

  /// The Boolean at a key, nil where there is none.
  package func boolIfPresent(_ key: String) throws -> Bool? {
    try value(key, "true or false", \.bool)
  }
}

/// Strings.
extension ModelConfiguration {
  /// The string at a key that must be there.
  package func string(_ key: String) throws -> String {
    try required(stringIfPresent(key), key, "a string")
  }

  /// The string at a key, `default` where there is none.
  package func string(_ key: String, default: String) throws -> String {
    try stringIfPresent(key) ?? `default`
  }

  /// The string at a key, nil where there is none.
  package func stringIfPresent(_ key: String) throws -> String? {
    try value(key, "a string", \.text)
  }
}

/// Arrays of whole numbers.
extension ModelConfiguration {
  /// The whole numbers at a key that must be there.
  package func ints(_ key: String) throws -> [Int] {
    try required(intsIfPresent(key), key, "an array of whole numbers")
  }

  /// The whole numbers at a key, `default` where there is none.
  package func ints(_ key: String, default: [Int]) throws -> [Int] {
    try intsIfPresent(key) ?? `default`
  }

  /// The whole numbers at a key, nil where there is none.
  package func intsIfPresent(_ key: String) throws -> [Int]? {
    try array(key, "an array of whole numbers", of: "a whole number", \.int)
  }
}

/// Arrays of numbers.
extension ModelConfiguration {
  /// The numbers at a key that must be there.
  package func doubles(_ key: String) throws -> [Double] {
    try required(doublesIfPresent(key), key, "an array of numbers")
  }

  /// The numbers at a key, `default` where there is none.
  package func doubles(_ key: String, default: [Double]) throws -> [Double] {
    try doublesIfPresent(key) ?? `default`
  }

  /// The numbers at a key, nil where there is none.
  package func doublesIfPresent(_ key: String) throws -> [Double]? {
    try array(key, "an array of numbers", of: "a number", \.double)
  }
}

/// Arrays of strings.
extension ModelConfiguration {
  /// The strings at a key that must be there.
  package func strings(_ key: String) throws -> [String] {
    try required(stringsIfPresent(key), key, "an array of strings")
  }

  /// The strings at a key, `default` where there is none.
  package func strings(_ key: String, default: [String]) throws -> [String] {
    try stringsIfPresent(key) ?? `default`
  }

  /// The strings at a key, nil where there is none.
  package func stringsIfPresent(_ key: String) throws -> [String]? {
    try array(key, "an array of strings", of: "a string", \.text)
  }
}
