// Sixteen lanes, on every machine.
#ifndef CKERNELS_VECTORS_H
#define CKERNELS_VECTORS_H

#include <stdint.h>

// ThreadSanitizer's start-up and the resolver of target_clones don't mix.
#if defined(__x86_64__) && !__has_feature(thread_sanitizer)
#define MULTIVERSION __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define MULTIVERSION
#endif

// A fused multiply-add exists on some processors only, and rounds differently.
#pragma clang fp contract(off)

typedef float f32x16 __attribute__((vector_size(64), aligned(4)));
typedef int32_t i32x16 __attribute__((vector_size(64), aligned(4)));

#define LANES 16
#define LOAD(p) (*(const f32x16 *)(p))
#define STORE(p, v) (*(f32x16 *)(p) = (v))
#define ALL(x) ((f32x16){} + (x))
#define MAX(a, b) __builtin_elementwise_max(a, b)
#define MIN(a, b) __builtin_elementwise_min(a, b)

// To the nearest whole number, ties to even; exact for |x| < 2^22.
#define ROUND(x) ((x) + 12582912.0f - 12582912.0f)

// exp(x) for x in [-87, 88]: 2^k by the exponent bits, 2^r by a polynomial of degree 5 on
// [-1/2, 1/2]. Relative error 2.5e-7 near zero and 4e-6 at the ends: x log2(e) is rounded, and an
// error of the argument grows with it. A macro, because a function with vector arguments can't be
// called from functions that exist in several versions.
#define EXP(x)                                                             \
  ({                                                                       \
    f32x16 exp_t = MAX(MIN((x), ALL(88.0f)), ALL(-87.0f)) * 1.44269504f;   \
    f32x16 exp_k = ROUND(exp_t);                                           \
    f32x16 exp_r = exp_t - exp_k;                                          \
    f32x16 exp_p = ALL(0.0013276471f);                                     \
    exp_p = exp_p * exp_r + 0.0096755410f;                                 \
    exp_p = exp_p * exp_r + 0.0555071309f;                                 \
    exp_p = exp_p * exp_r + 0.2402212024f;                                 \
    exp_p = exp_p * exp_r + 0.6931469440f;                                 \
    exp_p = exp_p * exp_r + 1.0f;                                          \
    i32x16 exp_e = __builtin_convertvector(exp_k, i32x16) << 23;           \
    (f32x16)((i32x16)exp_p + exp_e);                                       \
  })

// Sum of the lanes, in a fixed order.
#define SUM(v)                                                             \
  ({                                                                       \
    f32x16 sum_v = (v);                                                    \
    float sum_s = 0;                                                       \
    for (int sum_i = 0; sum_i < LANES; sum_i++) sum_s += sum_v[sum_i];     \
    sum_s;                                                                 \
  })

#endif
