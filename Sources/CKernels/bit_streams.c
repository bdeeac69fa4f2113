#include "CKernels.h"
#include "vectors.h"

MULTIVERSION
void ck_or_shifted(uint32_t *words, const uint8_t *codes, int shift, size_t n) {
  if (shift >= 0) {
    for (size_t i = 0; i < n; i++) words[i] |= (uint32_t)codes[i] << shift;
  } else {
    for (size_t i = 0; i < n; i++) words[i] |= (uint32_t)codes[i] >> -shift;
  }
}

MULTIVERSION
void ck_extract(uint8_t *codes, const uint32_t *low, const uint32_t *high, int shift, int bits,
                size_t n) {
  uint8_t mask = (uint8_t)((1u << bits) - 1);
  if (shift + bits <= 32) {
    for (size_t i = 0; i < n; i++) codes[i] = (uint8_t)(low[i] >> shift) & mask;
  } else {
    for (size_t i = 0; i < n; i++)
      codes[i] = (uint8_t)(low[i] >> shift | high[i] << (32 - shift)) & mask;
  }
}
