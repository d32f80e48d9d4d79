// Eight RAPL counters as files on a tmpfs, in the shape of a machine of two sockets, and the meter that reads them.
#pragma once

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/file.h"
#include "meter/rapl_meter.h"

namespace wattlens::bench {

inline void write_line(const base::Path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text << '\n';
}

// Two sockets with package, cores, uncore and DRAM each; removed with it.
class RaplTree {
 public:
  RaplTree() {
    std::string folder =
        std::filesystem::is_directory("/dev/shm") ? "/dev/shm/wattlens-XXXXXX" : "/tmp/wattlens-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return;
    root_ = folder;
    for (int socket = 0; socket < 2; ++socket) {
      const base::Path zone = zone_of(socket);
      write_line(zone / "name", fmt::format("package-{}", socket));
      write_line(zone / "energy_uj", "123456789012");
      int part = 0;
      for (const char* name : {"core", "uncore", "dram"}) {
        const base::Path inside = fmt::format("{}:{}", zone.string(), part++);
        write_line(inside / "name", name);
        write_line(inside / "energy_uj", "12345678901");
      }
    }
  }
  RaplTree(const RaplTree&) = delete;
  RaplTree& operator=(const RaplTree&) = delete;
  ~RaplTree() {
    std::error_code ignored;
    if (!root_.empty()) std::filesystem::remove_all(root_, ignored);
  }

  const base::Path& root() const { return root_; }  // empty where it could not be made

  // A package that stands still is not believed: its counter moves, in place, until the meter is open.
  std::unique_ptr<meter::Meter> open(base::Clock& clock) const {
    const std::jthread mover([this](const std::stop_token& stop) {
      for (std::int64_t energy_uj = 123456789013; !stop.stop_requested(); ++energy_uj) {
        for (int socket = 0; socket < 2; ++socket) {
          std::fstream(zone_of(socket) / "energy_uj", std::ios::in | std::ios::out) << energy_uj;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
    auto opened = meter::open_rapl_meter({.root = root_, .clock = &clock, .machine = {}});
    return opened ? std::move(*opened) : nullptr;
  }

 private:
  base::Path zone_of(int socket) const { return root_ / "sys/class/powercap" / fmt::format("intel-rapl:{}", socket); }

  base::Path root_;
};

}  // namespace wattlens::bench
