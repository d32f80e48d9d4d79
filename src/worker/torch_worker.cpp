// wattlens-worker-libtorch: serves LibTorch to the wattlens that started it (docs/worker-protocol.md).
#include <malloc.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/torch_engine.h"
#include "worker/worker_main.h"

namespace {

// glibc gives freed activations back to the kernel after every layer, and the next layer pays for them again, page by
// page. Keeping them makes a batch up to three times as fast, at the price of memory. One arena, because only the main
// one grows in place. Must come before the first thread and the first tensor.
std::string keep_freed_memory() {
  const bool kept = ::mallopt(M_MMAP_THRESHOLD, 1 << 30) == 1 && ::mallopt(M_TRIM_THRESHOLD, 0x7FFFFFFF) == 1 &&
                    ::mallopt(M_TOP_PAD, 64 << 20) == 1 && ::mallopt(M_ARENA_MAX, 1) == 1;
  return kept ? "glibc, freed memory is kept" : "glibc, which refused to keep freed memory";
}

std::string set_up_allocator() {
  const char* const asked = std::getenv("WATTLENS_ALLOCATOR");
  if (asked && std::string_view(asked) == "system") return "glibc, default settings";
  return keep_freed_memory();
}

}  // namespace

int main() {
  return wattlens::worker::serve_and_exit(
      "wattlens-worker-libtorch", [] { return wattlens::engine::open_torch({.allocator = set_up_allocator()}); });
}
