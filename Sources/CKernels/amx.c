#include "CKernels.h"

#if defined(__x86_64__) && defined(__linux__)

#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

int ck_amx_is_available(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  unsigned tile = 1u << 24, bf16 = 1u << 22;
  if (!(d & tile) || !(d & bf16)) return 0;
  // Linux gives a process the tiles when it asks: ARCH_REQ_XCOMP_PERM for the state of tile data.
  return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
}

#define TILES(name) ck_amx_##name
#define TILE_FUNCTION __attribute__((target("amx-tile,amx-bf16")))

// What _tile_loadconfig reads.
struct configuration {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
};

static const struct configuration eight_tiles __attribute__((aligned(64))) = {
    .palette = 1,
    .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
    .rows = {16, 16, 16, 16, 16, 16, 16, 16},
};

#define TILES_CONFIGURE() _tile_loadconfig(&eight_tiles)
#define TILES_RELEASE() _tile_release()
#define TILE_ZERO(t) _tile_zero(t)
#define TILE_LOAD(t, p, stride) _tile_loadd(t, p, stride)
#define TILE_STORE(t, p, stride) _tile_stored(t, p, stride)
#define TILE_DOT(c, a, b) _tile_dpbf16ps(c, a, b)

#include "tile_product.h"

#else

int ck_amx_is_available(void) { return 0; }

void ck_amx_product(float *c, size_t stride, size_t rows, size_t columns, const uint16_t *a,
                    const uint16_t *b, size_t depth, int products) {
  __builtin_trap();
}

void ck_amx_add_gram(float *c, size_t n, size_t first, size_t end, const uint16_t *a,
                     const uint16_t *b, size_t depth) {
  __builtin_trap();
}

#endif
