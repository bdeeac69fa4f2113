#include "CKernels.h"
#include "vectors.h"

#include <math.h>

// Lanes are summed in float over stretches short enough to lose nothing that matters, and the
// stretches in double.
#define STRETCH 1024

MULTIVERSION
double ck_sum_of_squares(const float *x, size_t n) {
  double total = 0;
  for (size_t start = 0; start < n; start += STRETCH) {
    size_t end = start + STRETCH < n ? start + STRETCH : n;
    f32x16 lanes = {};
    size_t i = start;
    for (; i + LANES <= end; i += LANES) lanes += LOAD(x + i) * LOAD(x + i);
    float rest = 0;
    for (; i < end; i++) rest += x[i] * x[i];
    total += (double)SUM(lanes) + (double)rest;
  }
  return total;
}

MULTIVERSION
double ck_sum_of_squared_differences(const float *x, const float *y, size_t n) {
  double total = 0;
  for (size_t start = 0; start < n; start += STRETCH) {
    size_t end = start + STRETCH < n ? start + STRETCH : n;
    f32x16 lanes = {};
    size_t i = start;
    for (; i + LANES <= end; i += LANES) {
      f32x16 d = LOAD(x + i) - LOAD(y + i);
      lanes += d * d;
    }
    float rest = 0;
    for (; i < end; i++) rest += (x[i] - y[i]) * (x[i] - y[i]);
    total += (double)SUM(lanes) + (double)rest;
  }
  return total;
}

MULTIVERSION
double ck_sum(const float *x, size_t n) {
  double total = 0;
  for (size_t start = 0; start < n; start += STRETCH) {
    size_t end = start + STRETCH < n ? start + STRETCH : n;
    f32x16 lanes = {};
    size_t i = start;
    for (; i + LANES <= end; i += LANES) lanes += LOAD(x + i);
    float rest = 0;
    for (; i < end; i++) rest += x[i];
    total += (double)SUM(lanes) + (double)rest;
  }
  return total;
}

MULTIVERSION
int ck_all_finite(const float *x, size_t n) {
  // x - x is zero for finite x, and NaN otherwise.
  uint32_t bad = 0;
  for (size_t i = 0; i < n; i++) bad |= !(x[i] - x[i] == 0.0f);
  return bad == 0;
}

MULTIVERSION
int ck_all_within(const float *x, float limit, size_t n) {
  uint32_t bad = 0;
  for (size_t i = 0; i < n; i++) bad |= !(__builtin_fabsf(x[i]) <= limit);
  return bad == 0;
}

MULTIVERSION
double ck_log_sum_exp(const float *x, size_t n) {
  float highest = LARGEST(x, n);
  double total = 0;
  size_t i = 0;
  while (i + LANES <= n) {
    f32x16 lanes = {};
    size_t end = i + STRETCH < n ? i + STRETCH : n;
    for (; i + LANES <= end; i += LANES) lanes += EXP(LOAD(x + i) - highest);
    total += (double)SUM(lanes);
  }
  if (i < n) {
    f32x16 e = EXP(LOAD_SOME(x + i, n - i, -INFINITY) - highest);
    for (size_t k = 0; i + k < n; k++) total += (double)e[k];
  }
  return (double)highest + log(total);
}

// The difference of two close logits is exact, or nearly; that of two log-probabilities is not.
MULTIVERSION
double ck_kl_divergence(const float *p, double lp, const float *q, double lq, size_t n) {
  float high = (float)lp;
  float shift = (float)(lp - lq);
  double total = 0;
  size_t i = 0;
  while (i + LANES <= n) {
    f32x16 lanes = {};
    size_t end = i + STRETCH < n ? i + STRETCH : n;
    for (; i + LANES <= end; i += LANES)
      lanes += EXP(LOAD(p + i) - high) * (LOAD(p + i) - LOAD(q + i) - shift);
    total += (double)SUM(lanes);
  }
  if (i < n) {
    f32x16 e = EXP(LOAD_SOME(p + i, n - i, -INFINITY) - high);
    for (size_t k = 0; i + k < n; k++)
      total += (double)(e[k] * (p[i + k] - q[i + k] - shift));
  }
  return total;
}
