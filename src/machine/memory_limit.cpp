#include "machine/memory_limit.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"
#include "machine/tree.h"

namespace wattlens::machine {
namespace {

// Version 1 writes "no limit" as the largest number of whole pages; no machine has so much.
constexpr base::Bytes kNoLimit{1e18};

// From a cgroup's folder up to `mount`. A folder that is not there belongs to the host, outside this container's view.
std::optional<base::Bytes> smallest_limit(const base::Path& mount, std::string_view group, const char* file) {
  std::optional<base::Bytes> smallest;
  base::Path folder = mount / base::Path(group).relative_path();
  while (true) {
    if (const auto limit = read_integer(folder / file)) {
      const base::Bytes bytes{static_cast<double>(*limit)};
      if (bytes > base::Bytes{} && bytes < kNoLimit) smallest = std::min(smallest.value_or(bytes), bytes);
    }
    if (folder == mount || !folder.has_relative_path() || folder.parent_path() == folder) return smallest;
    folder = folder.parent_path();
  }
}

}  // namespace

std::optional<base::Bytes> read_memory_limit(const base::Path& root) {
  std::optional<base::Bytes> smallest;
  const auto take = [&](std::optional<base::Bytes> limit) {
    if (limit) smallest = std::min(smallest.value_or(*limit), *limit);
  };
  const std::string groups = base::read_text(root / "proc/self/cgroup").value_or("");
  const base::Path mounts = root / "sys/fs/cgroup";
  for (const std::string_view line : base::split(groups, '\n')) {
    const auto parts = base::split(line, ':');  // "0::/path" or "4:memory:/path"
    if (parts.size() < 3) continue;
    if (parts[1].empty()) {
      take(smallest_limit(mounts, parts[2], "memory.max"));
      take(smallest_limit(mounts / "unified", parts[2], "memory.max"));
    } else if (const auto names = base::split(parts[1], ','); std::ranges::find(names, "memory") != names.end()) {
      take(smallest_limit(mounts / "memory", parts[2], "memory.limit_in_bytes"));
    }
  }
  return smallest;
}

}  // namespace wattlens::machine
