// Sixteen lanes, on every machine.
#ifndef CKERNELS_VECTORS_H
#define CKERNELS_VECTORS_H

#include <math.h>
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

// a where mask is set, b elsewhere.
#define SELECT(mask, a, b) ((f32x16)(((i32x16)(a) & (mask)) | ((i32x16)(b) & ~(mask))))

// To the nearest whole number, ties to even; exact for |x| < 2^22.
#define ROUND(x) ((x) + 12582912.0f - 12582912.0f)

// The first n < 16 floats at p, and `rest` in the other lanes.
#define LOAD_SOME(p, n, rest)                                              \
  ({                                                                       \
    f32x16 some_v = ALL(rest);                                             \
    for (size_t some_i = 0; some_i < (n); some_i++) some_v[some_i] = (p)[some_i]; \
    some_v;                                                                \
  })

// exp(x), with x clamped to [-87, 88]: 2^k by the exponent bits, 2^r by a polynomial of degree 5 on
// [-1/2, 1/2]. The relative error is 2.4e-7 near 0 and grows with |x|, as x log2(e) is rounded, to
// 4e-6 at -87, where the result is nearly nothing. A macro, because a function with vector arguments can't be called from
// functions that exist in several versions.
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

// log2(x) for normal x > 0: the exponent, and m P(m) of degree 6 for the mantissa 1 + m in
// [sqrt(1/2), sqrt(2)]. The error is 1.1e-6 of the mantissa's part, and a rounding.
#define LOG2(x)                                                            \
  ({                                                                       \
    i32x16 log_b = (i32x16)(x);                                            \
    i32x16 log_e = (log_b - 0x3f3504f3) >> 23;                             \
    f32x16 log_m = (f32x16)(log_b - (log_e << 23)) - 1.0f;                 \
    f32x16 log_p = ALL(0.1716244668f);                                     \
    log_p = log_p * log_m - 0.2693201900f;                                 \
    log_p = log_p * log_m + 0.2956995368f;                                 \
    log_p = log_p * log_m - 0.3593716621f;                                 \
    log_p = log_p * log_m + 0.4806267619f;                                 \
    log_p = log_p * log_m - 0.7213636041f;                                 \
    log_p = log_p * log_m + 1.4426964521f;                                 \
    __builtin_convertvector(log_e, f32x16) + log_m * log_p;                \
  })

// erf(x) as x P(x^2) / Q(x^2), of degree 5 each, on [-4, 4], beyond which it is 1 in a float. Fitted to
// 2e-8; with rounding, the error is 4e-7.
#define ERF(x)                                                             \
  ({                                                                       \
    f32x16 erf_x = MAX(MIN((x), ALL(4.0f)), ALL(-4.0f));                   \
    f32x16 erf_z = erf_x * erf_x;                                          \
    f32x16 erf_p = ALL(1.97482604e-06f);                                   \
    erf_p = erf_p * erf_z + 0.000288042288f;                               \
    erf_p = erf_p * erf_z + 0.00400367681f;                                \
    erf_p = erf_p * erf_z + 0.0534675697f;                                 \
    erf_p = erf_p * erf_z + 0.196249676f;                                  \
    erf_p = erf_p * erf_z + 1.12837898f;                                   \
    f32x16 erf_q = ALL(3.74808677e-05f);                                   \
    erf_q = erf_q * erf_z + 0.00121636783f;                                \
    erf_q = erf_q * erf_z + 0.015444482f;                                  \
    erf_q = erf_q * erf_z + 0.116476715f;                                  \
    erf_q = erf_q * erf_z + 0.507252906f;                                  \
    erf_q = erf_q * erf_z + 1.0f;                                          \
    MAX(MIN(erf_x * erf_p / erf_q, ALL(1.0f)), ALL(-1.0f));                \
  })

// tanh(x): its series up to x^9 below 0.3, where 1 - 2 / (exp(2 x) + 1) would lose digits.
#define TANH(x)                                                            \
  ({                                                                       \
    f32x16 tanh_x = (x);                                                   \
    f32x16 tanh_z = tanh_x * tanh_x;                                       \
    f32x16 tanh_p = ALL(0.021869489f);                                     \
    tanh_p = tanh_p * tanh_z - 0.053968254f;                               \
    tanh_p = tanh_p * tanh_z + 0.133333333f;                               \
    tanh_p = tanh_p * tanh_z - 0.333333333f;                               \
    f32x16 tanh_small = tanh_x + tanh_x * tanh_z * tanh_p;                 \
    f32x16 tanh_large = 1.0f - 2.0f / (EXP(2.0f * tanh_x) + 1.0f);         \
    i32x16 tanh_mask = tanh_z < 0.09f;                                     \
    (f32x16)(((i32x16)tanh_small & tanh_mask) |                            \
             ((i32x16)tanh_large & ~tanh_mask));                           \
  })

// Sum of the lanes, in a fixed order.
#define SUM(v)                                                             \
  ({                                                                       \
    f32x16 sum_v = (v);                                                    \
    float sum_s = 0;                                                       \
    for (int sum_i = 0; sum_i < LANES; sum_i++) sum_s += sum_v[sum_i];     \
    sum_s;                                                                 \
  })

// The largest of n floats, -infinity if there are none.
#define LARGEST(x, n)                                                      \
  ({                                                                       \
    f32x16 largest_v = ALL(-INFINITY);                                     \
    size_t largest_i = 0;                                                  \
    for (; largest_i + LANES <= (n); largest_i += LANES)                   \
      largest_v = MAX(largest_v, LOAD((x) + largest_i));                   \
    if (largest_i < (n))                                                   \
      largest_v = MAX(largest_v, LOAD_SOME((x) + largest_i, (n) - largest_i, -INFINITY)); \
    float largest_s = largest_v[0];                                        \
    for (int largest_k = 1; largest_k < LANES; largest_k++)                \
      largest_s = largest_v[largest_k] > largest_s ? largest_v[largest_k] : largest_s; \
    largest_s;                                                             \
  })

#endif
