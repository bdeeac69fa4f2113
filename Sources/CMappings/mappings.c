#include "CMappings.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAPPINGS 4096

// A signal handler may come at any moment and can't wait for a lock: a slot counts when its base
// is set, which happens last, and is forgotten first.
static struct {
  _Atomic(const void *) base;
  size_t length;
  char *path;
} mappings[MAPPINGS];

static atomic_flag changing = ATOMIC_FLAG_INIT;

static void lock(void) {
  while (atomic_flag_test_and_set_explicit(&changing, memory_order_acquire)) {
  }
}

static void unlock(void) { atomic_flag_clear_explicit(&changing, memory_order_release); }

void cm_add(const void *base, size_t length, const char *path) {
  lock();
  for (size_t i = 0; i < MAPPINGS; i++) {
    if (atomic_load(&mappings[i].base)) continue;
    mappings[i].length = length;
    mappings[i].path = strdup(path);
    atomic_store(&mappings[i].base, base);
    break;
  }
  unlock();
}

void cm_remove(const void *base) {
  lock();
  for (size_t i = 0; i < MAPPINGS; i++) {
    if (atomic_load(&mappings[i].base) != base) continue;
    atomic_store(&mappings[i].base, NULL);
    free(mappings[i].path);
    mappings[i].path = NULL;
    break;
  }
  unlock();
}

static void say(const char *text) {
  size_t length = strlen(text);
  while (length > 0) {
    ssize_t count = write(STDERR_FILENO, text, length);
    if (count <= 0) return;
    text += count;
    length -= (size_t)count;
  }
}

static void report(int number, siginfo_t *info, void *context) {
  (void)context;
  for (size_t i = 0; i < MAPPINGS; i++) {
    const char *base = atomic_load(&mappings[i].base);
    const char *address = info->si_addr;
    if (!base || address < base || address >= base + mappings[i].length) continue;
    say("\nError: ");
    say(mappings[i].path);
    say(" became shorter while it was read. Restore it and run the same command again.\n");
    _exit(1);
  }
  signal(number, SIG_DFL);
}

void cm_report_truncation(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = report;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, NULL);
}
