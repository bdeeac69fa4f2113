// Products of packed operands on tiles, whoever has the tiles: the file that includes this defines
//   TILES(name)              the names of the two functions made here
//   TILE_FUNCTION            attributes of functions that use tiles
//   TILES_CONFIGURE()        eight tiles of sixteen rows of 64 bytes
//   TILES_RELEASE()
//   TILE_ZERO(t)
//   TILE_LOAD(t, p, stride)  rows of a tile are `stride` bytes apart
//   TILE_STORE(t, p, stride)
//   TILE_DOT(c, a, b)        c += a b, of pairs of bfloat16
#include "CKernels.h"

#include <string.h>

#define TILE_ELEMENTS (CK_TILE_ROWS * CK_TILE_DEPTH)
#define STEP_ELEMENTS (CK_PANEL * CK_TILE_DEPTH)

// While a block of the result gathers depth, it stays in a second-level cache of a megabyte, and
// with it what it is made of: 256 x 512 floats, 256 x 256 pairs of terms, 512 x 256 terms. The
// panel on the left, of 32 kilobytes, stays in the first level.
#define BLOCK_ROWS 256
#define BLOCK_COLUMNS 512
#define BLOCK_STEPS 8

// c (32 x 32) += or = a b. Terms come with the smaller one first.
TILE_FUNCTION
static void multiply_panels(float *c, size_t stride, const uint16_t *a, const uint16_t *b,
                            size_t steps, int products, int adds) {
  float *below = c + CK_TILE_ROWS * stride;
  size_t pitch = stride * sizeof(float);
  if (adds) {
    TILE_LOAD(0, c, pitch);
    TILE_LOAD(1, c + CK_TILE_ROWS, pitch);
    TILE_LOAD(2, below, pitch);
    TILE_LOAD(3, below + CK_TILE_ROWS, pitch);
  } else {
    TILE_ZERO(0);
    TILE_ZERO(1);
    TILE_ZERO(2);
    TILE_ZERO(3);
  }
  for (size_t step = 0; step < steps; step++) {
    for (int b_term = products > 2 ? 0 : 1; b_term < 2; b_term++) {
      for (size_t line = 0; line < 2 * TILE_ELEMENTS; line += CK_TILE_DEPTH)
        __builtin_prefetch(b + 4 * TILE_ELEMENTS + line);
      TILE_LOAD(6, b, 64);
      TILE_LOAD(7, b + TILE_ELEMENTS, 64);
      b += STEP_ELEMENTS;
      for (int a_term = products == 3 && b_term == 0 ? 1 : 0; a_term < 2; a_term++) {
        const uint16_t *tiles = a + a_term * STEP_ELEMENTS;
        TILE_LOAD(4, tiles, 64);
        TILE_LOAD(5, tiles + TILE_ELEMENTS, 64);
        TILE_DOT(0, 4, 6);
        TILE_DOT(1, 4, 7);
        TILE_DOT(2, 5, 6);
        TILE_DOT(3, 5, 7);
      }
    }
    a += 2 * STEP_ELEMENTS;
  }
  TILE_STORE(0, c, pitch);
  TILE_STORE(1, c + CK_TILE_ROWS, pitch);
  TILE_STORE(2, below, pitch);
  TILE_STORE(3, below + CK_TILE_ROWS, pitch);
}

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// The same for `height` x `width` of the elements.
TILE_FUNCTION
static void multiply_edge(float *c, size_t stride, size_t height, size_t width, const uint16_t *a,
                          const uint16_t *b, size_t steps, int products, int adds) {
  float whole[CK_PANEL * CK_PANEL] __attribute__((aligned(64))) = {};
  if (adds)
    for (size_t i = 0; i < height; i++)
      memcpy(whole + i * CK_PANEL, c + i * stride, width * sizeof(float));
  multiply_panels(whole, CK_PANEL, a, b, steps, products, adds);
  for (size_t i = 0; i < height; i++)
    memcpy(c + i * stride, whole + i * CK_PANEL, width * sizeof(float));
}

// The rows first..<rows of c (rows x columns) += or = a b, all of them or, `lower`, those of their
// panels that reach the diagonal or lie left of it, and then what mirrors them.
TILE_FUNCTION
static void multiply(float *c, size_t stride, size_t first, size_t rows, size_t columns,
                     const uint16_t *a, const uint16_t *b, size_t depth, int products, int adds,
                     int lower) {
  size_t steps = (depth + CK_TILE_DEPTH - 1) / CK_TILE_DEPTH;
  size_t a_step = 2 * STEP_ELEMENTS, b_step = (products > 2 ? 2 : 1) * STEP_ELEMENTS;
  TILES_CONFIGURE();
  for (size_t left = 0; left < columns; left += BLOCK_COLUMNS) {
    size_t right = smaller(columns, left + BLOCK_COLUMNS);
    for (size_t top = first; top < rows; top += BLOCK_ROWS) {
      size_t bottom = smaller(rows, top + BLOCK_ROWS);
      for (size_t step = 0; step < steps; step += BLOCK_STEPS) {
        size_t count = smaller(BLOCK_STEPS, steps - step);
        for (size_t i = top; i < bottom; i += CK_PANEL) {
          size_t end = lower ? smaller(right, i + CK_PANEL) : right;
          const uint16_t *a_panel = a + (i / CK_PANEL * steps + step) * a_step;
          for (size_t j = left; j < end; j += CK_PANEL) {
            const uint16_t *b_panel = b + (j / CK_PANEL * steps + step) * b_step;
            float *target = c + i * stride + j;
            size_t height = smaller(CK_PANEL, rows - i), width = smaller(CK_PANEL, columns - j);
            if (height == CK_PANEL && width == CK_PANEL)
              multiply_panels(target, stride, a_panel, b_panel, count, products, adds || step);
            else
              multiply_edge(target, stride, height, width, a_panel, b_panel, count, products,
                            adds || step);
            if (!lower || step + count < steps) continue;
            for (size_t y = 0; y < height; y++)
              for (size_t x = 0; x < (i == j ? y : width); x++)
                c[(j + x) * stride + i + y] = target[y * stride + x];
          }
        }
      }
    }
  }
  TILES_RELEASE();
}

TILE_FUNCTION
void TILES(product)(float *c, size_t stride, size_t rows, size_t columns, const uint16_t *a,
                    const uint16_t *b, size_t depth, int products) {
  multiply(c, stride, 0, rows, columns, a, b, depth, products, 0, 0);
}

TILE_FUNCTION
void TILES(add_gram)(float *c, size_t n, size_t first, size_t end, const uint16_t *a,
                     const uint16_t *b, size_t depth) {
  multiply(c, n, first, end, smaller(n, end), a, b, depth, 4, 1, 1);
}
