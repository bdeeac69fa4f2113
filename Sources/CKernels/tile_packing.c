#include "CKernels.h"
#include "vectors.h"

#include <string.h>

typedef uint32_t u32x16 __attribute__((vector_size(64), aligned(4)));
typedef uint16_t u16x16 __attribute__((vector_size(32), aligned(2)));

#define HALF CK_TILE_ROWS

// The first n floats at p, and zeros in the other lanes.
#define LOAD_UP_TO(p, n) ((n) >= LANES ? LOAD(p) : LOAD_SOME(p, n, 0.0f))

// x rounded to bfloat16, in the low half of every lane. To nearest even; but a finite number stays
// finite, so that what it leaves is finite, too.
#define BF16(x)                                                            \
  ({                                                                       \
    u32x16 bf_u = (u32x16)(x);                                             \
    u32x16 bf_a = bf_u & 0x7fffffff;                                       \
    u32x16 bf_nan = (u32x16)(bf_a > 0x7f800000) & 0x40;                    \
    u32x16 bf_large = (u32x16)(bf_a >= 0x7f7f8000);                        \
    u32x16 bf_near = (bf_u + 0x7fff + ((bf_u >> 16) & 1)) >> 16;           \
    (bf_large & ((bf_u >> 16) | bf_nan)) | (~bf_large & bf_near);          \
  })

// What the rounding `high` leaves of x, rounded in turn; nothing of an infinity or a NaN.
#define BF16_REST(x, high)                                                 \
  ({                                                                       \
    f32x16 rest_x = (x);                                                   \
    u32x16 rest_finite = (u32x16)(((u32x16)rest_x & 0x7fffffff) < 0x7f800000); \
    BF16(rest_x - (f32x16)((high) << 16)) & rest_finite;                   \
  })

// Thirty-two neighbors of one row, or sixteen pairs of two rows.
#define STORE_PAIRS(to, v, w)                                              \
  ({                                                                       \
    if (is_contiguous) {                                                   \
      ((u16x16 *)(to))[0] = __builtin_convertvector(v, u16x16);            \
      ((u16x16 *)(to))[1] = __builtin_convertvector(w, u16x16);            \
    } else {                                                               \
      *(u32x16 *)(to) = (v) | (w) << 16;                                   \
    }                                                                      \
  })

// A tile is sixteen rows of sixteen pairs. Reading along the memory makes rows of one outer index
// (a left factor's tile) where the depth is contiguous, and rows of one pair of depths (a right
// factor's) where it is not; transposing the pairs makes the one the other.
MULTIVERSION
void ck_pack_panel(uint16_t *y, const float *x, size_t stride, size_t outer, size_t depth,
                   int is_contiguous, int is_right, int terms) {
  int transposes = !is_contiguous != !!is_right;
  for (size_t k = 0; k < depth; k += CK_TILE_DEPTH) {
    size_t left = depth - k;
    for (size_t half = 0; half < CK_PANEL; half += HALF) {
      size_t some = outer > half ? outer - half : 0;
      uint32_t pairs[2][HALF * LANES];
      uint32_t *tiles[2], *targets[2];  // the last one is that of the numbers rounded
      for (int term = 0; term < 2; term++) {
        targets[term] = (uint32_t *)y + (size_t)(term * 2 * HALF + half) * LANES;
        tiles[term] = transposes ? pairs[term] : targets[term];
      }
      for (size_t row = 0; row < HALF; row++) {
        f32x16 v = {}, w = {};
        if (is_contiguous) {
          const float *p = x + (half + row) * stride + k;
          if (row < some) {
            v = LOAD_UP_TO(p, left);
            if (left > LANES) w = LOAD_UP_TO(p + LANES, left - LANES);
          }
        } else if (some > 0) {
          const float *p = x + (k + 2 * row) * stride + half;
          if (2 * row < left) v = LOAD_UP_TO(p, some);
          if (2 * row + 1 < left) w = LOAD_UP_TO(p + stride, some);
        }
        u32x16 v_high = BF16(v), w_high = BF16(w);
        STORE_PAIRS(tiles[terms - 1] + row * LANES, v_high, w_high);
        if (terms == 1) continue;
        u32x16 v_low = BF16_REST(v, v_high), w_low = BF16_REST(w, w_high);
        STORE_PAIRS(tiles[0] + row * LANES, v_low, w_low);
      }
      for (int term = 0; transposes && term < terms; term++)
        for (size_t i = 0; i < HALF; i++)
          for (size_t j = 0; j < LANES; j++)
            targets[term][j * LANES + i] = tiles[term][i * LANES + j];
    }
    y += (size_t)terms * CK_PANEL * CK_TILE_DEPTH;
  }
}

MULTIVERSION
int ck_all_bf16(const float *x, size_t n) {
  uint32_t rest = 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t u;
    memcpy(&u, x + i, 4);
    rest |= u;
  }
  return (rest & 0xffff) == 0;
}
