#include "CKernels.h"
#include "vectors.h"

#include <math.h>

#define POINTS CK_EXL2_POINTS
#define CODES 16

// How far below a maximum the scales of its codes lie, in points: 8 log2(256 / (code + 1)^2).
static const float code_points[CODES] = {
    64.0000000f, 48.0000000f, 38.6406000f, 32.0000000f,
    26.8491505f, 22.6406000f, 19.0823212f, 16.0000000f,
    13.2812000f, 10.8491505f, 8.6490941f, 6.6406000f,
    4.7929645f, 3.0823212f, 1.4897505f, 0.0000000f,
};

MULTIVERSION
void ck_exl2_profile(float *origin, float *root, const float *errors, const float *steps,
                     const float *factors, size_t n) {
  for (size_t j = 0; j < n; j += LANES) {
    f32x16 least = LOAD(errors + j);
    f32x16 factor = ALL(factors[0]);
    for (size_t i = 1; i < POINTS; i++) {
      f32x16 error = LOAD(errors + i * n + j);
      i32x16 better = error < least;
      least = SELECT(better, error, least);
      factor = SELECT(better, ALL(factors[i]), factor);
    }
    f32x16 step = LOAD(steps + j);
    STORE(origin + j, 8.0f * LOG2(step * factors[0]));
    STORE(root + j, __builtin_elementwise_sqrt(step * factor));
  }
}

// The elements of an array at sixteen places.
#define GATHER(array, places)                                              \
  ({                                                                       \
    i32x16 gather_i = (places);                                            \
    f32x16 gather_v;                                                       \
    for (int gather_k = 0; gather_k < LANES; gather_k++)                   \
      gather_v[gather_k] = (array)[gather_i[gather_k]];                    \
    gather_v;                                                              \
  })

// The errors of sixteen columns under some code of each.
#define ERROR_OF(code)                                                               \
  ({                                                                                 \
    f32x16 of_place = start + GATHER(code_points, code);                             \
    f32x16 of_inside = MIN(MAX(of_place, ALL(0)), ALL((float)(POINTS - 1)));         \
    i32x16 of_point = __builtin_convertvector(of_inside, i32x16);                    \
    of_point = MIN(of_point, (i32x16){} + (POINTS - 2));                             \
    f32x16 of_part = of_inside - __builtin_convertvector(of_point, f32x16);          \
    i32x16 of_index = of_point * (int32_t)n + lanes;                                 \
    f32x16 of_low = GATHER(errors + j, of_index);                                    \
    f32x16 of_high = GATHER(errors + n + j, of_index);                               \
    f32x16 of_beyond = MAX(of_place - of_inside, of_inside - of_place);              \
    (of_low * (1.0f - of_part) + of_high * of_part) * EXP(of_beyond * 0.1732867951f); \
  })

MULTIVERSION
double ck_exl2_best_codes(uint8_t *codes, const float *errors, const float *origin,
                          const float *root, float m, size_t n) {
  const i32x16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  f32x16 top = 8.0f * LOG2(ALL(m));
  float factor = (float)CODES / sqrtf(m);
  double total = 0;
  for (size_t j = 0; j < n; j += LANES) {
    f32x16 best = LOAD(root + j);
    f32x16 start = LOAD(origin + j) - top;
    f32x16 code = MIN(MAX(best * factor, ALL(1)), ALL((float)CODES));
    i32x16 below = __builtin_convertvector(code, i32x16) - 1;
    i32x16 above = MIN(below + 1, (i32x16){} + (CODES - 1));
    i32x16 alive = best > 0;
    // Columns of zeros have no place on the axis.
    start = SELECT(alive, start, ALL(0));
    f32x16 error_below = ERROR_OF(below);
    f32x16 error_above = ERROR_OF(above);
    i32x16 higher = error_above < error_below;
    total += (double)SUM(SELECT(alive, SELECT(higher, error_above, error_below), ALL(0)));
    if (codes) {
      i32x16 chosen = (((above & higher) | (below & ~higher)) & alive);
      for (size_t i = 0; i < LANES; i++) codes[j + i] = (uint8_t)chosen[i];
    }
  }
  return total;
}
