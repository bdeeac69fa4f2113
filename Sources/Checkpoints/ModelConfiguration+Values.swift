import ByteJSON

/// Whole numbers; `3.0` counts as one.
extension ModelConfiguration {
  package func int(_ key: String) throws -> Int {
    try required(intIfPresent(key), key, "a whole number")
  }

  package func int(_ key: String, default: Int) throws -> Int {
    try intIfPresent(key) ?? `default`
  }

  package func intIfPresent(_ key: String) throws -> Int? {
    try value(key, "a whole number", \.int)
  }
}

/// Numbers of any form.
extension ModelConfiguration {
  package func double(_ key: String) throws -> Double {
    try required(doubleIfPresent(key), key, "a number")
  }

  package func double(_ key: String, default: Double) throws -> Double {
    try doubleIfPresent(key) ?? `default`
  }

  package func doubleIfPresent(_ key: String) throws -> Double? {
    try value(key, "a number", \.double)
  }
}

/// Booleans.
extension ModelConfiguration {
  package func bool(_ key: String) throws -> Bool {
    try required(boolIfPresent(key), key, "true or false")
  }

  package func bool(_ key: String, default: Bool) throws -> Bool {
    try boolIfPresent(key) ?? `default`
  }

  package func boolIfPresent(_ key: String) throws -> Bool? {
    try value(key, "true or false", \.bool)
  }
}

/// Strings.
extension ModelConfiguration {
  package func string(_ key: String) throws -> String {
    try required(stringIfPresent(key), key, "a string")
  }

  package func string(_ key: String, default: String) throws -> String {
    try stringIfPresent(key) ?? `default`
  }

  package func stringIfPresent(_ key: String) throws -> String? {
    try value(key, "a string", \.text)
  }
}

/// Arrays of whole numbers.
extension ModelConfiguration {
  package func ints(_ key: String) throws -> [Int] {
    try required(intsIfPresent(key), key, "an array of whole numbers")
  }

  package func ints(_ key: String, default: [Int]) throws -> [Int] {
    try intsIfPresent(key) ?? `default`
  }

  package func intsIfPresent(_ key: String) throws -> [Int]? {
    try array(key, "an array of whole numbers", of: "a whole number", \.int)
  }
}

/// Arrays of numbers.
extension ModelConfiguration {
  package func doubles(_ key: String) throws -> [Double] {
    try required(doublesIfPresent(key), key, "an array of numbers")
  }

  package func doubles(_ key: String, default: [Double]) throws -> [Double] {
    try doublesIfPresent(key) ?? `default`
  }

  package func doublesIfPresent(_ key: String) throws -> [Double]? {
    try array(key, "an array of numbers", of: "a number", \.double)
  }
}

/// Arrays of strings.
extension ModelConfiguration {
  package func strings(_ key: String) throws -> [String] {
    try required(stringsIfPresent(key), key, "an array of strings")
  }

  package func strings(_ key: String, default: [String]) throws -> [String] {
    try stringsIfPresent(key) ?? `default`
  }

  package func stringsIfPresent(_ key: String) throws -> [String]? {
    try array(key, "an array of strings", of: "a string", \.text)
  }
}
