#include "CKernels.h"
#include "vectors.h"

#include <string.h>

static inline uint32_t bits_of(float x) {
  uint32_t u;
  memcpy(&u, &x, 4);
  return u;
}

static inline float float_of(uint32_t u) {
  float x;
  memcpy(&x, &u, 4);
  return x;
}

MULTIVERSION
void ck_bf16_to_f32(float *y, const uint16_t *x, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = float_of((uint32_t)x[i] << 16);
}

// Shifting the half's exponent and mantissa into a float's place leaves it too small by 2^112; the
// product repairs that, for subnormals too.
MULTIVERSION
void ck_f16_to_f32(float *y, const uint16_t *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint32_t h = x[i];
    uint32_t magnitude = (h & 0x7fff) << 13;
    uint32_t finite = bits_of(float_of(magnitude) * 0x1p112f);
    uint32_t special = magnitude | 0x7f800000;
    uint32_t u = magnitude >= 0x0f800000 ? special : finite;
    y[i] = float_of(u | (h & 0x8000) << 16);
  }
}

// Below 2^-14 a half is a multiple of 2^-24, which is the spacing of floats next to 1/2: adding and
// subtracting 1/2 rounds to it.
MULTIVERSION
void ck_f32_to_f16(uint16_t *y, const float *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint32_t u = bits_of(x[i]);
    uint32_t a = u & 0x7fffffff;
    uint32_t normal = (a + 0xfff + ((a >> 13) & 1) - (112u << 23)) >> 13;
    uint32_t subnormal = bits_of(float_of(a) + 0.5f) - 0x3f000000;
    uint32_t h = a < 0x38800000 ? subnormal : normal;
    h = a >= 0x477ff000 ? 0x7c00 : h;
    h = a > 0x7f800000 ? 0x7e00 : h;
    y[i] = (uint16_t)(h | (u >> 16 & 0x8000));
  }
}

MULTIVERSION
void ck_f32_to_bf16(uint16_t *y, const float *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint32_t u = bits_of(x[i]);
    uint32_t rounded = (u + 0x7fff + ((u >> 16) & 1)) >> 16;
    uint32_t quiet = (u >> 16) | 0x40;
    y[i] = (uint16_t)((u & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
  }
}
