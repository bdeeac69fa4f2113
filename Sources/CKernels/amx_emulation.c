// AMX's tiles in software, so that what is computed on them can be tested on any machine.
#include "CKernels.h"
#include "vectors.h"

#include <math.h>
#include <string.h>

// Of every thread, as registers are.
static _Thread_local union {
  float numbers[16][16];
  uint16_t terms[16][32];
} registers[8];

// Tiles know no subnormal numbers, neither read nor made.
#define FLUSHED(x)                                                         \
  ({                                                                       \
    float flushed_x = (x);                                                 \
    fabsf(flushed_x) < 0x1p-126f ? copysignf(0.0f, flushed_x) : flushed_x; \
  })

static inline float number(uint16_t term) {
  uint32_t u = (uint32_t)term << 16;
  float x;
  memcpy(&x, &u, 4);
  return FLUSHED(x);
}

// TDPBF16PS: for every element the products of even and those of odd depth are summed apart, by
// fused multiply-adds, and their sum is added. The product of two bfloat16 is exact in a double, and
// rounding its sum with a float first to a double changes nothing, as no such sum that needs more
// than 53 bits comes near the middle of two floats.
MULTIVERSION
static void dot_numbers(float *c, const float *a, const float *b) {
  for (int m = 0; m < 16; m++) {
    float even[16] = {}, odd[16] = {};
    for (int p = 0; p < 16; p++) {
      double x = (double)a[m * 32 + 2 * p], y = (double)a[m * 32 + 2 * p + 1];
      const float *right = b + p * 32;
      for (int n = 0; n < 16; n++) {
        even[n] = FLUSHED((float)((double)even[n] + x * (double)right[n]));
        odd[n] = FLUSHED((float)((double)odd[n] + y * (double)right[16 + n]));
      }
    }
    for (int n = 0; n < 16; n++) {
      float sum = FLUSHED(even[n] + odd[n]);
      c[m * 16 + n] = FLUSHED(FLUSHED(c[m * 16 + n]) + sum);
    }
  }
}

static void dot(int c, int a, int b) {
  float left[16 * 32], right[16 * 32];
  for (int row = 0; row < 16; row++)
    for (int i = 0; i < 32; i++) {
      left[row * 32 + i] = number(registers[a].terms[row][i]);
      right[row * 32 + i % 2 * 16 + i / 2] = number(registers[b].terms[row][i]);
    }
  dot_numbers(registers[c].numbers[0], left, right);
}

static void load(int t, const void *from, size_t stride) {
  for (size_t row = 0; row < 16; row++)
    memcpy(registers[t].terms[row], (const char *)from + row * stride, 64);
}

static void store(int t, void *to, size_t stride) {
  for (size_t row = 0; row < 16; row++)
    memcpy((char *)to + row * stride, registers[t].terms[row], 64);
}

#define TILES(name) ck_amx_emulated_##name
#define TILE_FUNCTION
// Whoever relies on what another call left finds something absurd.
#define TILES_CONFIGURE() memset(registers, 0xff, sizeof registers)
#define TILES_RELEASE() memset(registers, 0xff, sizeof registers)
#define TILE_ZERO(t) memset(&registers[t], 0, sizeof registers[t])
#define TILE_LOAD(t, p, stride) load(t, p, stride)
#define TILE_STORE(t, p, stride) store(t, p, stride)
#define TILE_DOT(c, a, b) dot(c, a, b)

#include "tile_product.h"
