// wattlens-worker-openvino: serves OpenVINO to the wattlens that started it (docs/worker-protocol.md).
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>

#include "engine/openvino_engine.h"
#include "worker/child_process.h"
#include "worker/server.h"

namespace {

bool is_socket(int descriptor) {
  struct stat status{};
  return ::fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
}

wattlens::Result<void> serve_openvino(int socket) {
  const auto engine = wattlens::engine::open_openvino({});
  if (!engine) return wattlens::worker::refuse(engine.error(), socket);
  return wattlens::worker::serve(**engine, socket);
}

}  // namespace

int main() {
  constexpr int kSocket = wattlens::worker::ChildProcess::kSocket;
  if (!is_socket(kSocket)) {
    std::fputs("wattlens-worker-openvino is started by wattlens, not by hand; try: wattlens run --help\n", stderr);
    return 2;
  }
  const auto served = serve_openvino(kSocket);
  if (!served) std::fprintf(stderr, "%s\n", served.error().message.c_str());
  std::fflush(stderr);
  std::_Exit(served ? 0 : 1);  // the client waits for the end, and taking the engine apart is of no use to anybody
}
