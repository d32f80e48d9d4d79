#include "worker/worker_main.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>

#include "worker/child_process.h"
#include "worker/server.h"

namespace wattlens::worker {
namespace {

bool is_socket(int descriptor) {
  struct stat status{};
  return ::fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
}

Result<void> open_and_serve(OpenEngine* open, int socket) {
  const auto engine = open();
  if (!engine) return refuse(engine.error(), socket);
  return serve(**engine, socket);
}

}  // namespace

int serve_and_exit(std::string_view name, OpenEngine* open) {
  if (!is_socket(ChildProcess::kSocket)) {
    fmt::print(stderr, "{} is started by wattlens, not by hand; try: wattlens run --help\n", name);
    return 2;
  }
  const auto served = open_and_serve(open, ChildProcess::kSocket);
  if (!served) fmt::print(stderr, "{}\n", served.error().message);
  std::fflush(stderr);
  std::_Exit(served ? 0 : 1);  // the client waits for the end, and taking the engine apart is of no use to anybody
}

}  // namespace wattlens::worker
