/* Names parts of a program for `wattlens measure -- PROGRAM`, which tells the energy of each (docs/regions.md).
 *
 *   #include <wattlens/regions.h>
 *   wattlens_region_begin("epoch 3");
 *   train();                            // a program that uses a GPU waits for it here
 *   wattlens_region_end("epoch 3");
 *
 * Regions nest, and each thread has its own. C99 and C++ on Linux, nothing to link. Not measured by wattlens, a mark is
 * one branch. A mark never blocks, never raises a signal and never fails: one that the pipe has no room for is counted,
 * and wattlens says so. Thread-safe; not for signal handlers. errno is kept. */
#ifndef WATTLENS_REGIONS_H
#define WATTLENS_REGIONS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* before any system header: or give -D_GNU_SOURCE to a strict C99 */
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One for all files of a program. pipe: -2 before the first mark, -1 where nobody measures. */
struct wattlens_regions_state {
  int pipe;
  long lost;
  dev_t device;
  ino_t inode;
};
__attribute__((weak)) struct wattlens_regions_state wattlens_regions = {-2, 0, 0, 0};

static inline int wattlens_regions_open(void) {
  const char* path = getenv("WATTLENS_REGIONS");
  struct stat status;
  int unopened = -2;
  /* Open for reading too: then there is always a reader, no SIGPIPE and no waiting for one. */
  int pipe = path && *path ? open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) : -1;
  if (pipe >= 0 && (fstat(pipe, &status) != 0 || !S_ISFIFO(status.st_mode))) {
    close(pipe);
    pipe = -1;
  }
  if (pipe >= 0) {
    wattlens_regions.device = status.st_dev;
    wattlens_regions.inode = status.st_ino;
  }
  if (!__atomic_compare_exchange_n(&wattlens_regions.pipe, &unopened, pipe, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    if (pipe >= 0) close(pipe); /* another thread was first */
    pipe = unopened;
  }
  return pipe;
}

static inline void wattlens_regions_mark(char kind, const char* name) {
  static const char kDigits[] = "0123456789ABCDEF";
  char line[400];
  struct timespec now;
  struct stat status;
  const int error = errno;
  long lost;
  int length, pipe;
  clock_gettime(CLOCK_MONOTONIC, &now);
  pipe = __atomic_load_n(&wattlens_regions.pipe, __ATOMIC_ACQUIRE);
  if (pipe == -2) pipe = wattlens_regions_open();
  /* A program that closed all descriptors may have opened another file under this number. */
  if (pipe < 0 || fstat(pipe, &status) != 0 || status.st_ino != wattlens_regions.inode ||
      status.st_dev != wattlens_regions.device) {
    errno = error;
    return;
  }
  lost = __atomic_exchange_n(&wattlens_regions.lost, 0, __ATOMIC_RELAXED);
  length = snprintf(line, sizeof line, "1 %c %lld%09ld %ld %ld %ld ", kind, (long long)now.tv_sec, now.tv_nsec,
                    (long)getpid(), (long)syscall(SYS_gettid), lost);
  if (!name || !*name) name = "(no name)";
  for (; *name && length < (int)sizeof line - 4; ++name) {
    const unsigned char c = (unsigned char)*name;
    if (c < 0x20 || c == 0x7f || c == '%') {
      line[length++] = '%';
      line[length++] = kDigits[c >> 4];
      line[length++] = kDigits[c & 15];
    } else {
      line[length++] = (char)c;
    }
  }
  line[length++] = '\n';
  if (write(pipe, line, (size_t)length) != length)
    __atomic_add_fetch(&wattlens_regions.lost, lost + 1, __ATOMIC_RELAXED);
  errno = error;
}

static inline void wattlens_region_begin(const char* name) {
  if (__atomic_load_n(&wattlens_regions.pipe, __ATOMIC_RELAXED) != -1) wattlens_regions_mark('b', name);
}
static inline void wattlens_region_end(const char* name) {
  if (__atomic_load_n(&wattlens_regions.pipe, __ATOMIC_RELAXED) != -1) wattlens_regions_mark('e', name);
}

#ifdef __cplusplus
} /* extern "C" */
namespace wattlens {
struct region { /* wattlens::region scope("epoch 3"); ends with its block */
  explicit region(const char* what) : name(what) { wattlens_region_begin(name); }
  ~region() { wattlens_region_end(name); }
  region(const region&) = delete;
  region& operator=(const region&) = delete;
  const char* name;
};
}  // namespace wattlens
#endif
#endif
