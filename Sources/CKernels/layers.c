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
  float highest = LARGEST(x, n);
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
void ck_layer_norm(float *y, const float *x, const float *w, const float *b, float epsilon,
                   size_t n) {
  f32x16 lanes = {};
  float rest = 0;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) lanes += LOAD(x + i);
  for (; i < n; i++) rest += x[i];
  float mean = (SUM(lanes) + rest) / (float)n;
  lanes = ALL(0);
  rest = 0;
  for (i = 0; i + LANES <= n; i += LANES) {
    f32x16 d = LOAD(x + i) - mean;
    lanes += d * d;
  }
  for (; i < n; i++) rest += (x[i] - mean) * (x[i] - mean);
  float scale = 1.0f / sqrtf((SUM(lanes) + rest) / (float)n + epsilon);
  for (i = 0; i < n; i++) y[i] = (x[i] - mean) * scale * w[i] + b[i];
}

// Replaces every element v of x by an expression of v, sixteen at a time.
#define MAP(expression)                                                    \
  {                                                                        \
    size_t i = 0;                                                          \
    for (; i + LANES <= n; i += LANES) {                                   \
      f32x16 v = LOAD(x + i);                                              \
      STORE(x + i, (expression));                                          \
    }                                                                      \
    if (i < n) {                                                           \
      f32x16 v = LOAD_SOME(x + i, n - i, 0);                               \
      f32x16 result = (expression);                                        \
      for (size_t k = 0; i + k < n; k++) x[i + k] = result[k];             \
    }                                                                      \
  }

MULTIVERSION
void ck_silu(float *x, size_t n) MAP(v / (EXP(-v) + 1.0f))

// 1/2 (1 + tanh(u)) is the logistic function of 2 u.
MULTIVERSION
void ck_gelu_tanh(float *x, size_t n)
    MAP(v / (EXP(-1.5957691216f * (v + 0.044715f * v * v * v)) + 1.0f))

MULTIVERSION
void ck_gelu(float *x, size_t n) MAP(0.5f * v * (1.0f + ERF(v * 0.70710678f)))

MULTIVERSION
void ck_relu(float *x, size_t n) MAP(MAX(v, ALL(0)))

MULTIVERSION
void ck_relu_squared(float *x, size_t n) MAP(MAX(v, ALL(0)) * MAX(v, ALL(0)))

MULTIVERSION
void ck_soft_cap(float *x, float cap, size_t n) MAP(cap * TANH(v * (1.0f / cap)))

MULTIVERSION
void ck_times(float *x, const float *y, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] *= y[i];
}

MULTIVERSION
void ck_add_scaled(float *x, const float *y, float scale, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] += scale * y[i];
}

MULTIVERSION
void ck_rotate_pairs(float *x, const float *c, const float *s, size_t half) {
  for (size_t i = 0; i < half; i++) {
    float a = x[i], b = x[i + half];
    x[i] = a * c[i] - b * s[i];
    x[i + half] = b * c[i] + a * s[i];
  }
}

MULTIVERSION
void ck_rotate_neighbors(float *x, const float *c, const float *s, size_t half) {
  for (size_t i = 0; i < half; i++) {
    float a = x[2 * i], b = x[2 * i + 1];
    x[2 * i] = a * c[i] - b * s[i];
    x[2 * i + 1] = b * c[i] + a * s[i];
  }
}
