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
static inline float flushed(float x) { return fabsf(x) < 0x1p-126f ? copysignf(0, x) : x; }

static inline float number(uint16_t term) {
  uint32_t u = (uint32_t)term << 16;
  float x;
  memcpy(&x, &u, 4);
  return flushed(x);
}

// TDPBF16PS: for every element the products of even and those of odd depth are summed apart, by
// fused multiply-adds, and their sum is added. Sixteen bits times a float's range: the product of two
// bfloat16 is exact in a double, and rounding its sum with a float first to a double changes nothing,
// as no such sum that needs more than 53 bits comes near the middle of two floats.
static void dot(int c, int a, int b) {
  float right[16][32];
  for (int p = 0; p < 16; p++)
    for (int i = 0; i < 32; i++) right[p][i] = number(registers[b].terms[p][i]);
  for (int m = 0; m < 16; m++) {
    float sums[32] = {};
    for (int p = 0; p < 16; p++) {
      double left[2] = {(double)number(registers[a].terms[m][2 * p]),
                        (double)number(registers[a].terms[m][2 * p + 1])};
      for (int i = 0; i < 32; i++)
        sums[i] = flushed((float)((double)sums[i] + left[i % 2] * (double)right[p][i]));
    }
    float *target = registers[c].numbers[m];
    for (int n = 0; n < 16; n++)
      target[n] = flushed(flushed(target[n]) + flushed(sums[2 * n] + sums[2 * n + 1]));
  }
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
