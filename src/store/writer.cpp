#include "store/writer.h"

#include <fmt/core.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/text.h"

namespace wattlens::store {
namespace {

std::string boot_id(const base::Path& root) {
  const auto text = base::read_text(root / "proc/sys/kernel/random/boot_id");
  return text ? std::string(base::trim(*text)) : std::string();
}

std::string pid_namespace(const base::Path& root) {
  std::error_code error;
  const auto target = std::filesystem::read_symlink(root / "proc/self/ns/pid", error);
  return error ? std::string() : target.string();
}

// Field 22 of /proc/PID/stat, in clock ticks since boot; the name in field 2 may hold spaces and parentheses. Empty for
// a process that is not there, or dead and only not yet waited for (field 3).
std::string start_time(const base::Path& root, std::string_view pid) {
  const auto text = base::read_text(root / "proc" / pid / "stat");
  if (!text) return {};
  const std::size_t name_end = text->rfind(')');
  if (name_end == std::string::npos) return {};
  const auto fields = base::split(std::string_view(*text).substr(name_end + 1), ' ');
  if (fields.size() <= 20 || fields[1] == "Z" || fields[1] == "X") return {};
  return std::string(fields[20]);
}

std::string own_pid(const base::Path& root) {
  const auto text = base::read_text(root / "proc/self/stat");
  return text ? text->substr(0, text->find(' ')) : std::string();
}

}  // namespace

std::string this_process(const base::Path& root) {
  const std::string pid = own_pid(root);
  return fmt::format("{}/{}/{}/{}", boot_id(root), pid_namespace(root), pid, start_time(root, pid));
}

bool may_be_alive(std::string_view writer, const base::Path& root) {
  const auto parts = base::split(writer, '/');
  if (parts.size() != 4) return false;
  const std::string boot = boot_id(root);
  const std::string room = pid_namespace(root);
  if (boot.empty() || room.empty() || parts[0].empty() || parts[2].empty()) return true;  // nobody can tell
  if (parts[0] != boot) return false;
  if (parts[1] != room) return true;
  return start_time(root, parts[2]) == parts[3];
}

}  // namespace wattlens::store
