import Tensors
import Testing

@Suite("A rotation of pairs of columns")
struct MatrixRotationTests {
  @Test("turns each pair by its angle", arguments: [1, 2, 15, 16, 17, 33], [false, true])
  func turnsEachPair(half: Int, areNeighbors: Bool) {
    let first = 3
    let matrix = randomMatrix(4, 2 * half + 5, seed: half)
    let (c, s) = (randomMatrix(6, half, seed: 1), randomMatrix(6, half, seed: 2))
    var result = matrix
    if areNeighbors {
      result.rotateNeighbors(from: first, cosines: c, sines: s)
    } else {
      result.rotatePairs(from: first, cosines: c, sines: s)
    }
    var expected = matrix
    for row in 0..<4 {
      for i in 0..<half {
        let columns = areNeighbors ? (2 * i, 2 * i + 1) : (i, i + half)
        let (a, b) = (matrix[row, first + columns.0], matrix[row, first + columns.1])
        expected[row, first + columns.0] = a * c[row, i] - b * s[row, i]
        expected[row, first + columns.1] = b * c[row, i] + a * s[row, i]
      }
    }
    #expect(result == expected)
  }
}
