#include "CKernels.h"
#include "vectors.h"

#include <string.h>

typedef uint8_t u8x16 __attribute__((vector_size(16), aligned(1)));

// Rows of one call of ck_exl2_carried_errors: the errors of a tile of them stay in the first-level
// cache.
#define MAX_ROWS CK_EXL2_CARRIED_ROWS

// x rounded to binary16, to nearest even, subnormals kept, for |x| <= 65504. Halves next to x are
// 2^(e-10) apart, e the exponent of x, and never less than 2^-24; so are floats next to 1.5 times
// 2^(e+13), or 1.5 times 2^-1.
#define HALF(x)                                                             \
  ({                                                                        \
    f32x16 half_x = (x);                                                    \
    i32x16 half_e = ((i32x16)half_x & 0x7f800000) + (13 << 23);             \
    f32x16 half_m = MAX((f32x16)half_e, ALL(0.5f)) * 1.5f;                  \
    half_x + half_m - half_m;                                               \
  })

MULTIVERSION
void ck_column_maxima(float *y, const float *x, size_t stride, size_t rows, size_t n) {
  memset(y, 0, n * sizeof(float));
  for (size_t r = 0; r < rows; r++) {
    for (size_t j = 0; j < n; j++) {
      float a = __builtin_fabsf(x[r * stride + j]);
      y[j] = a > y[j] ? a : y[j];
    }
  }
}

// Four candidates share each load of the weights.
#define SHARED 4

// Three, so that the errors of all rows of a tile stay in the first-level cache.
#define CARRIED 3

MULTIVERSION
void ck_grid_errors(float *errors, const float *x, size_t stride, const float *h, size_t rows,
                    const float *scales, size_t candidates, float low, float high, size_t n) {
  for (size_t j = 0; j < n; j += LANES) {
    for (size_t c = 0; c < candidates; c += SHARED) {
      size_t start = c + SHARED <= candidates ? c : candidates - SHARED;
      f32x16 s[SHARED], inverse[SHARED], sum[SHARED];
      for (size_t k = 0; k < SHARED; k++) {
        s[k] = LOAD(scales + (start + k) * n + j);
        inverse[k] = SELECT(s[k] > 0, 1.0f / s[k], ALL(0));
        sum[k] = ALL(0);
      }
      for (size_t r = 0; r < rows; r++) {
        f32x16 v = LOAD(x + r * stride + j);
        f32x16 w = ALL(h[r]);
        for (size_t k = 0; k < SHARED; k++) {
          f32x16 t = MIN(MAX(v * inverse[k], ALL(low)), ALL(high));
          f32x16 e = v - ROUND(t) * s[k];
          sum[k] += w * e * e;
        }
      }
      for (size_t k = 0; k < SHARED; k++) STORE(errors + (start + k) * n + j, sum[k]);
    }
  }
}

// Rows whose sums stay in registers together, and vectors of each: enough of both for one's additions
// to overlap the other's.
#define ROUNDED_ROWS 4
#define ROUNDED_VECTORS 2

// Columns j to j + LANES * vectors of ck_exl2_round.
static inline __attribute__((always_inline)) void round_columns(
    float *x, float *e, size_t stride, uint8_t *q, size_t q_columns, size_t rows,
    const float *scales, const float *u, size_t u_stride, float zero, size_t j, const int vectors) {
  f32x16 s[ROUNDED_VECTORS], inverse[ROUNDED_VECTORS];
  for (int c = 0; c < vectors; c++) {
    s[c] = LOAD(scales + j + LANES * c);
    inverse[c] = SELECT(s[c] > 0, 1.0f / s[c], ALL(0));
  }
  for (size_t top = 0; top < rows; top += ROUNDED_ROWS) {
    f32x16 v[ROUNDED_ROWS][ROUNDED_VECTORS];
    for (int r = 0; r < ROUNDED_ROWS; r++)
      for (int c = 0; c < vectors; c++) v[r][c] = LOAD(x + (top + r) * stride + j + LANES * c);
    for (size_t k = 0; k < top; k++) {
      const float *factors = u + k * u_stride + top;
      for (int c = 0; c < vectors; c++) {
        f32x16 error = LOAD(e + k * stride + j + LANES * c);
        for (int r = 0; r < ROUNDED_ROWS; r++) v[r][c] -= factors[r] * error;
      }
    }
    for (int r = 0; r < ROUNDED_ROWS; r++) {
      const float *factors = u + (top + r) * u_stride + top;
      float inverse_diagonal = 1.0f / factors[r];
      for (int c = 0; c < vectors; c++) {
        size_t place = j + LANES * c;
        f32x16 t = MIN(MAX(v[r][c] * inverse[c], ALL(-zero)), ALL(zero - 1.0f));
        f32x16 code = ROUND(t);
        f32x16 rounded = HALF(code * s[c]);
        f32x16 error = (v[r][c] - rounded) * inverse_diagonal;
        for (int k = r + 1; k < ROUNDED_ROWS; k++) v[k][c] -= factors[k] * error;
        STORE(x + (top + r) * stride + place, rounded);
        STORE(e + (top + r) * stride + place, error);
        u8x16 codes = __builtin_convertvector(__builtin_convertvector(code + zero, i32x16), u8x16);
        uint8_t *target = q + (top + r) * q_columns + place;
        if (place + LANES <= q_columns) {
          *(u8x16 *)target = codes;
        } else {
          for (size_t i = 0; place + i < q_columns; i++) target[i] = codes[i];
        }
      }
    }
  }
}

MULTIVERSION
void ck_exl2_round(float *x, float *e, size_t stride, uint8_t *q, size_t q_columns, size_t rows,
                   const float *scales, const float *u, size_t u_stride, float zero, size_t n) {
  size_t j = 0;
  for (; j + LANES * ROUNDED_VECTORS <= n; j += LANES * ROUNDED_VECTORS)
    round_columns(x, e, stride, q, q_columns, rows, scales, u, u_stride, zero, j, ROUNDED_VECTORS);
  for (; j < n; j += LANES)
    round_columns(x, e, stride, q, q_columns, rows, scales, u, u_stride, zero, j, 1);
}

// What rounding v makes of a row: its error, which is added up.
#define DECIDE(r, v)                                                            \
  {                                                                             \
    f32x16 w = ALL(h[r]);                                                       \
    for (size_t k = 0; k < CARRIED; k++) {                                      \
      f32x16 t = MIN(MAX((v)[k] * inverse[k], ALL(-zero)), ALL(zero - 1.0f));   \
      error[r][k] = (v)[k] - ROUND(t) * s[k];                                   \
      sum[k] += w * error[r][k] * error[r][k];                                  \
    }                                                                           \
  }

MULTIVERSION
void ck_exl2_carried_errors(float *errors, const float *x, size_t stride, const float *h,
                            const float *carry, size_t carry_stride, size_t rows,
                            const float *scales, size_t candidates, float zero, size_t n) {
  for (size_t j = 0; j < n; j += LANES) {
    for (size_t start = 0; start < candidates; start += CARRIED) {
      f32x16 s[CARRIED], inverse[CARRIED], sum[CARRIED], error[MAX_ROWS][CARRIED];
      for (size_t k = 0; k < CARRIED; k++) {
        s[k] = LOAD(scales + (start + k) * n + j);
        inverse[k] = SELECT(s[k] > 0, 1.0f / s[k], ALL(0));
        sum[k] = LOAD(errors + (start + k) * n + j);
      }
      // Two rows share each load of the errors before them.
      for (size_t r = 0; r < rows; r += 2) {
        const float *first = carry + r * carry_stride;
        const float *second = first + carry_stride;
        f32x16 a[CARRIED], b[CARRIED];
        for (size_t k = 0; k < CARRIED; k++) {
          a[k] = LOAD(x + r * stride + j);
          b[k] = LOAD(x + (r + 1) * stride + j);
        }
        for (size_t i = 0; i < r; i++) {
          for (size_t k = 0; k < CARRIED; k++) {
            a[k] -= first[i] * error[i][k];
            b[k] -= second[i] * error[i][k];
          }
        }
        DECIDE(r, a)
        for (size_t k = 0; k < CARRIED; k++) b[k] -= second[r] * error[r][k];
        DECIDE(r + 1, b)
      }
      for (size_t k = 0; k < CARRIED; k++) STORE(errors + (start + k) * n + j, sum[k]);
    }
  }
}

MULTIVERSION
void ck_exl2_weights(float *y, const uint8_t *q, const float *scales, float zero, size_t n) {
  size_t j = 0;
  for (; j + LANES <= n; j += LANES) {
    i32x16 code = __builtin_convertvector(*(const u8x16 *)(q + j), i32x16);
    STORE(y + j, HALF((__builtin_convertvector(code, f32x16) - zero) * LOAD(scales + j)));
  }
  for (; j < n; j++) {
    f32x16 one = HALF(ALL(((float)q[j] - zero) * scales[j]));
    y[j] = one[0];
  }
}
