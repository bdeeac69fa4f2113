#include "CKernels.h"
#include "vectors.h"

MULTIVERSION
void ck_gather_scaled(float *y, const float *x, const ptrdiff_t *order, double scale, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = (float)((double)x[order[i]] * scale);
}

MULTIVERSION
void ck_reverse(float *y, const float *x, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = x[n - 1 - i];
}

// Lanes 0, 16, 1, 17, ... of a and b, and the second half of that.
#define INTERLEAVE_LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

// Interleaving rows i and i + 8 moves the highest bit of an element's row to the lowest of its
// place, and each bit of the place one up, into the row. Four times of that exchange them.
#define SHUFFLE(from, to)                                 \
  for (int i = 0; i < 8; i++) {                           \
    to[2 * i] = INTERLEAVE_LOW(from[i], from[i + 8]);      \
    to[2 * i + 1] = INTERLEAVE_HIGH(from[i], from[i + 8]); \
  }

MULTIVERSION
void ck_transpose(float *y, size_t y_stride, const float *x, size_t x_stride, size_t rows,
                  size_t columns) {
  for (size_t top = 0; top < rows; top += LANES) {
    for (size_t left = 0; left < columns; left += LANES) {
      const float *source = x + top * x_stride + left;
      float *target = y + left * y_stride + top;
      if (top + LANES <= rows && left + LANES <= columns) {
        f32x16 a[LANES], b[LANES];
        for (int i = 0; i < LANES; i++) a[i] = LOAD(source + (size_t)i * x_stride);
        SHUFFLE(a, b)
        SHUFFLE(b, a)
        SHUFFLE(a, b)
        SHUFFLE(b, a)
        for (int i = 0; i < LANES; i++) STORE(target + (size_t)i * y_stride, a[i]);
      } else {
        size_t height = rows - top < LANES ? rows - top : LANES;
        size_t width = columns - left < LANES ? columns - left : LANES;
        for (size_t i = 0; i < height; i++)
          for (size_t j = 0; j < width; j++) target[j * y_stride + i] = source[i * x_stride + j];
      }
    }
  }
}

MULTIVERSION
void ck_scale(float *x, float factor, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] *= factor;
}

MULTIVERSION
void ck_clip(float *x, float limit, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float v = x[i] > -limit ? x[i] : -limit;
    x[i] = v < limit ? v : limit;
  }
}
