#include "CKernels.h"
#include "vectors.h"

#include <math.h>

MULTIVERSION
void ck_rms_norm(float *y, const float *x, const float *w, float epsilon, size_t n) {
  f32x16 lanes = {};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) lanes += LOAD(x + i) * LOAD(x + i);
  float total = 0;
  for (; i < n; i++) total += x[i] * x[i];
  float scale = 1.0f / sqrtf((SUM(lanes) + total) / (float)n + epsilon);
  for (i = 0; i < n; i++) y[i] = x[i] * scale * w[i];
}

MULTIVERSION
void ck_softmax(float *x, size_t n) {
  float highest = -INFINITY;
  for (size_t i = 0; i < n; i++) highest = x[i] > highest ? x[i] : highest;
  f32x16 lanes = {};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    f32x16 e = EXP(LOAD(x + i) - highest);
    STORE(x + i, e);
    lanes += e;
  }
  if (i < n) {
    f32x16 e = EXP(LOAD_SOME(x + i, n - i, -INFINITY) - highest);
    for (size_t k = 0; i + k < n; k++) {
      x[i + k] = e[k];
      lanes[k] += e[k];
    }
  }
  float scale = 1.0f / SUM(lanes);
  for (i = 0; i < n; i++) x[i] *= scale;
}

MULTIVERSION
void ck_silu_times(float *x, const float *y, size_t n) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    f32x16 v = LOAD(x + i);
    STORE(x + i, v / (EXP(-v) + 1.0f) * LOAD(y + i));
  }
  if (i < n) {
    f32x16 v = LOAD_SOME(x + i, n - i, 0);
    f32x16 s = v / (EXP(-v) + 1.0f);
    for (size_t k = 0; i + k < n; k++) x[i + k] = s[k] * y[i + k];
  }
}

MULTIVERSION
void ck_rotate_pairs(float *x, const float *c, const float *s, size_t half) {
  for (size_t i = 0; i < half; i++) {
    float a = x[i], b = x[i + half];
    x[i] = a * c[i] - b * s[i];
    x[i + half] = b * c[i] + a * s[i];
  }
}
