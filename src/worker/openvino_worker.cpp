// wattlens-worker-openvino: serves OpenVINO to the wattlens that started it (docs/worker-protocol.md).
#include "engine/openvino_engine.h"
#include "worker/worker_main.h"

int main() {
  return wattlens::worker::serve_and_exit("wattlens-worker-openvino",
                                          [] { return wattlens::engine::open_openvino({}); });
}
