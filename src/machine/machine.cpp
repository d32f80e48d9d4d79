#include "machine/machine.h"

#include "base/text.h"
#include "base/version.h"
#include "machine/cpu.h"
#include "machine/environment.h"
#include "machine/memory_limit.h"
#include "machine/tree.h"

namespace wattlens::machine {
namespace {

// PRETTY_NAME="Debian GNU/Linux 12 (bookworm)" of os-release(5).
std::string read_os(const base::Path& root) {
  for (const auto* file : {"etc/os-release", "usr/lib/os-release"}) {
    const std::string text = base::read_text(root / file).value_or("");
    for (std::string_view line : base::split(text, '\n')) {
      constexpr std::string_view kKey = "PRETTY_NAME=";
      if (!line.starts_with(kKey)) continue;
      line = base::trim(line.substr(kKey.size()));
      if (line.size() >= 2 && line.front() == line.back() && (line.front() == '"' || line.front() == '\'')) {
        line = line.substr(1, line.size() - 2);
      }
      return std::string(line);
    }
  }
  return {};
}

record::Bytes read_memory(const base::Path& root) {
  const std::string text = base::read_text(root / "proc/meminfo").value_or("");
  const std::string total = field_of(text, "MemTotal").value_or("");  // "16316412 kB"
  const auto kibibytes = base::parse_number(base::split(total, ' ').front());
  return {kibibytes.value_or(0.0) * 1024.0};
}

}  // namespace

record::MachineState read_machine(const base::Path& root) {
  record::MachineState state;
  state.kernel = read_line(root / "proc/sys/kernel/osrelease").value_or("");
  state.os = read_os(root);
  state.cpu = read_cpu(root);
  state.memory = read_memory(root);
  state.memory_limit = read_memory_limit(root);
  state.virtual_machine = read_virtual_machine(root, base::read_text(root / "proc/cpuinfo").value_or(""));
  state.container = read_container(root);
  const std::string load = read_line(root / "proc/loadavg").value_or("");
  state.load_average = base::parse_number(base::split(load, ' ').front());
  const base::Version& version = base::version();
  state.wattlens_version = version.semantic;
  state.git_revision = version.revision;
  state.build_type = version.build_type;
  state.compiler = version.compiler;
  return state;
}

}  // namespace wattlens::machine
