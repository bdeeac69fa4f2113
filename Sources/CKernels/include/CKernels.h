// The innermost loops. One C file per operation; each declaration here states its formula.
//
// Results are the same bits on every x86-64 processor and on arm64: loops have sixteen lanes
// whatever the machine's width, sums are added in one order, nothing is contracted to a fused
// multiply-add, and no library function is called that may differ (but log, once, in
// ck_log_sum_exp). Products on AMX's tiles exist on some processors only.
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

// x[i] = exp(x[i] - max(x)) / sum of those.
void ck_softmax(float *x, size_t n);

// log(sum of exp(x[i])).
double ck_log_sum_exp(const float *x, size_t n);

// y[i] = (x[i] - mean(x)) * w[i] / sqrt(mean((x - mean(x))^2) + epsilon) + b[i].
void ck_layer_norm(float *y, const float *x, const float *w, const float *b, float epsilon,
                   size_t n);

// x[i] = x[i] / (1 + exp(-x[i])).
void ck_silu(float *x, size_t n);

// x[i] = x[i] / 2 * (1 + erf(x[i] / sqrt(2))).
void ck_gelu(float *x, size_t n);

// x[i] = x[i] / 2 * (1 + tanh(sqrt(2 / pi) * (x[i] + 0.044715 * x[i]^3))).
void ck_gelu_tanh(float *x, size_t n);

// x[i] = max(x[i], 0).
void ck_relu(float *x, size_t n);

// x[i] = max(x[i], 0)^2.
void ck_relu_squared(float *x, size_t n);

// x[i] = cap * tanh(x[i] / cap).
void ck_soft_cap(float *x, float cap, size_t n);

// x[i] *= y[i].
void ck_times(float *x, const float *y, size_t n);

// x[i] += scale * y[i].
void ck_add_scaled(float *x, const float *y, float scale, size_t n);

// Rotates the pairs (x[i], x[i + half]): by the angle whose cosine and sine are c[i], s[i].
void ck_rotate_pairs(float *x, const float *c, const float *s, size_t half);

// The same for the pairs (x[2 i], x[2 i + 1]).
void ck_rotate_neighbors(float *x, const float *c, const float *s, size_t half);

// sum of x[i]^2, in double precision.
double ck_sum_of_squares(const float *x, size_t n);

// sum of x[i], in double precision.
double ck_sum(const float *x, size_t n);

// 1 if all of x is finite.
int ck_all_finite(const float *x, size_t n);

// 1 if all of x is in -limit ... limit, and a number.
int ck_all_within(const float *x, float limit, size_t n);

// sum over i of exp(p[i] - lp) * ((p[i] - lp) - (q[i] - lq)): KL divergence, in nats, of the
// distributions with logits p, q whose log-sum-exps are lp, lq.
double ck_kl_divergence(const float *p, double lp, const float *q, double lq, size_t n);

// sum of (x[i] - y[i])^2, in double precision.
double ck_sum_of_squared_differences(const float *x, const float *y, size_t n);

// y[j] = largest |x[r, j]| of the rows r, or 0. Rows of x are `stride` elements apart.
void ck_column_maxima(float *y, const float *x, size_t stride, size_t rows, size_t n);

// errors[c, j] = sum over r of h[r] * (x[r, j] - s * clamp(round(x[r, j] / s), low, high))^2 with
// s = scales[c, j], or of h[r] * x[r, j]^2 where s is 0. Rows of x are `stride` elements apart,
// those of the others n. At least four candidates c; n is a multiple of 16.
void ck_grid_errors(float *errors, const float *x, size_t stride, const float *h, size_t rows,
                    const float *scales, size_t candidates, float low, float high, size_t n);

// GPTQ within some rows of one EXL2 group. For r = 0, 1, ...:
//   q[r, j] = clamp(round(x[r, j] * (1 / scales[j])), -zero, zero - 1) + zero; `zero` where
//             scales[j] is 0
//   y       = (q[r, j] - zero) * scales[j], rounded to binary16
//   e[r, j] = (x[r, j] - y) * (1 / u[r, r])
//   x[k, j] -= u[r, k] * e[r, j] for the rows k > r
//   x[r, j] = y
// Rows of x and e are `stride` elements apart, those of u `u_stride`; q is (rows, q_columns), and
// columns from q_columns on have no codes. `rows` is a multiple of 4, n of 16.
void ck_exl2_round(float *x, float *e, size_t stride, uint8_t *q, size_t q_columns, size_t rows,
                   const float *scales, const float *u, size_t u_stride, float zero, size_t n);

// The most rows of one call of ck_exl2_carried_errors.
#define CK_EXL2_CARRIED_ROWS 128

// errors[c, j] += sum over r of h[r] * d[r]^2 for the scale s = scales[c, j], where
//   v    = x[r, j] - sum over i < r of carry[r, i] * d[i]
//   d[r] = v - s * clamp(round(v / s), -zero, zero - 1)
// which is what ck_exl2_round makes of these rows with h[r] = 1/u[r, r]^2 and
// carry[r, i] = u[i, r] / u[i, i]. An even number of rows, at most CK_EXL2_CARRIED_ROWS; at least
// three candidates c, and their number a multiple of three; n is a multiple of 16.
void ck_exl2_carried_errors(float *errors, const float *x, size_t stride, const float *h,
                            const float *carry, size_t carry_stride, size_t rows,
                            const float *scales, size_t candidates, float zero, size_t n);

// The points of a column's error profile. Point i is the error under the scale
// steps[j] * factors[i], and factors[i] = factors[0] * 2^(-i/8).
#define CK_EXL2_POINTS 16

// For profiles errors[i, j], (CK_EXL2_POINTS, n):
//   origin[j] = 8 log2(steps[j] * factors[0])
//   root[j]   = the square root of the scale at the column's least error, or 0 where steps[j] is 0
// n is a multiple of 16.
void ck_exl2_profile(float *origin, float *root, const float *errors, const float *steps,
                     const float *factors, size_t n);

// The sum over columns of the least error under the maximum m, whose scales are
// (code + 1)^2 / 256 * m. Of a column's codes, the two are tried whose scales enclose that of its
// least error; errors between points are interpolated, and beyond the last grow with the square of
// the scale or its inverse. codes[j] = the better code, or 0 where root[j] is 0; `codes` may be null.
// `origin` and `root` are as above; n is a multiple of 16.
double ck_exl2_best_codes(uint8_t *codes, const float *errors, const float *origin,
                          const float *root, float m, size_t n);

// y[j] = (q[j] - zero) * scales[j], rounded to binary16.
void ck_exl2_weights(float *y, const uint8_t *q, const float *scales, float zero, size_t n);

// y[i] = x[order[i]] * scale, in double precision, rounded once.
void ck_gather_scaled(float *y, const float *x, const ptrdiff_t *order, double scale, size_t n);

// y[i] = x[n - 1 - i]; they don't overlap.
void ck_reverse(float *y, const float *x, size_t n);

// y[j, i] = x[i, j] for i < rows, j < columns. Rows lie `y_stride` and `x_stride` elements apart;
// the two don't overlap.
void ck_transpose(float *y, size_t y_stride, const float *x, size_t x_stride, size_t rows,
                  size_t columns);

// x[i] *= factor.
void ck_scale(float *x, float factor, size_t n);

// x[i] = x[i], but not below -limit and not above limit.
void ck_clip(float *x, float limit, size_t n);

// words[i] |= codes[i] << shift, to the right if shift is negative.
void ck_or_shifted(uint32_t *words, const uint8_t *codes, int shift, size_t n);

// codes[i] = the `bits` bits (at most 8) that begin at bit `shift` of low[i] and, past bit 31, go on
// in high[i], which is not read otherwise.
void ck_extract(uint8_t *codes, const uint32_t *low, const uint32_t *high, int shift, int bits,
                size_t n);

// The tiles of a matrix product: a left factor's has rows, a right factor's columns, each of this
// depth. A panel is two tiles wide.
#define CK_TILE_ROWS 16
#define CK_TILE_DEPTH 32
#define CK_PANEL 32

// A panel of a factor, packed: `outer` (at most CK_PANEL) rows of a left or columns of a right one,
// `depth` elements each, that are neighbors in memory (is_contiguous) or `stride` elements apart;
// those of the next row or column begin `stride` elements or one element later. Written are, for
// every CK_TILE_DEPTH of the depth, filled up with zeros: for every term, two tiles. The terms are
// bfloat16: one is x rounded; two are what that leaves of x, rounded, and then x rounded. A left
// tile has sixteen rows of 32 terms, a right one sixteen rows of sixteen pairs of terms of the same
// column. y has CK_PANEL * terms * depth elements, rounded up to whole tiles.
void ck_pack_panel(uint16_t *y, const float *x, size_t stride, size_t outer, size_t depth,
                   int is_contiguous, int is_right, int terms);

// 1 if all of x is bfloat16, exactly.
int ck_all_bf16(const float *x, size_t n);

// Whether this process may use AMX for bfloat16. Asks the kernel to let it.
int ck_amx_is_available(void);

// c = a b for a left factor of two terms. `products` is 2 for a right factor of one term, and for
// one of two 4 or, without the product of the smaller terms, 3. Factors are packed panel by panel;
// rows of c are `stride` elements apart. Sums have a float's precision; subnormal numbers, also
// among the terms, count as zero. The order of sums doesn't depend on `rows` and `columns`.
void ck_amx_product(float *c, size_t stride, size_t rows, size_t columns, const uint16_t *a,
                    const uint16_t *b, size_t depth, int products);

// c (n x n, symmetric) += a b for the transpose a of b, both of two terms: of the rows first..<end
// what is left of the diagonal and on it, and the elements of c that mirror it. `first` is a
// multiple of CK_PANEL, and so is `end`, or else it is n.
void ck_amx_add_gram(float *c, size_t n, size_t first, size_t end, const uint16_t *a,
                     const uint16_t *b, size_t depth);

// The same in software, on any machine, and hundreds of times slower.
void ck_amx_emulated_product(float *c, size_t stride, size_t rows, size_t columns,
                             const uint16_t *a, const uint16_t *b, size_t depth, int products);
void ck_amx_emulated_add_gram(float *c, size_t n, size_t first, size_t end, const uint16_t *a,
                              const uint16_t *b, size_t depth);

#endif
