#include "meter/perf_events.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace wattlens::meter {
namespace {

class SystemPerfEvents final : public PerfEvents {
 public:
  std::expected<base::FileDescriptor, int> open(std::uint32_t type, std::uint64_t config, int processor) override {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = type;
    attributes.config = config;
    const long fd = ::syscall(SYS_perf_event_open, &attributes, -1, processor, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd < 0) return std::unexpected(errno);
    return base::FileDescriptor(static_cast<int>(fd));
  }

  std::optional<std::uint64_t> read(const base::FileDescriptor& event) override {
    std::uint64_t count = 0;
    if (::read(event.get(), &count, sizeof count) != sizeof count) return std::nullopt;
    return count;
  }
};

}  // namespace

std::unique_ptr<PerfEvents> system_perf_events() { return std::make_unique<SystemPerfEvents>(); }

}  // namespace wattlens::meter
