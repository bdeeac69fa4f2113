// The innermost loops. One C file per operation; each declaration here states its formula.
//
// Results are the same bits on every x86-64 processor and on arm64: loops have sixteen lanes
// whatever the machine's width, sums are added in one order, and nothing is contracted to a fused
// multiply-add.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// y[i] = the bfloat16 x[i], exactly.
void ck_bf16_to_f32(float *y, const uint16_t *x, size_t n);

// y[i] = the IEEE binary16 x[i], exactly, subnormals included.
void ck_f16_to_f32(float *y, const uint16_t *x, size_t n);

// y[i] = x[i] rounded to binary16, to nearest even; beyond 65504 it becomes infinity.
void ck_f32_to_f16(uint16_t *y, const float *x, size_t n);

// y[i] = x[i] rounded to bfloat16, to nearest even.
void ck_f32_to_bf16(uint16_t *y, const float *x, size_t n);

// y[i] = x[i] * w[i] / sqrt(mean(x^2) + epsilon).
void ck_rms_norm(float *y, const float *x, const float *w, float epsilon, size_t n);

// x[i] = exp(x[i] - max(x)) / sum of those; n may be anything, zero included.
void ck_softmax(float *x, size_t n);

// log(sum of exp(x[i])).
double ck_log_sum_exp(const float *x, size_t n);

// x[i] = silu(x[i]) * y[i], silu(v) = v / (1 + exp(-v)).
void ck_silu_times(float *x, const float *y, size_t n);

// Rotates the pairs (x[i], x[i + half]): by the angle whose cosine and sine are c[i], s[i].
void ck_rotate_pairs(float *x, const float *c, const float *s, size_t half);

// sum of x[i]^2, in double precision.
double ck_sum_of_squares(const float *x, size_t n);

// 1 if all of x is finite.
int ck_all_finite(const float *x, size_t n);

// sum over i of exp(p[i] - lp) * ((p[i] - lp) - (q[i] - lq)): KL divergence, in nats, of the
// distributions with logits p, q whose log-sum-exps are lp, lq.
double ck_kl_divergence(const float *p, double lp, const float *q, double lq, size_t n);

#endif
