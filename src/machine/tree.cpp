#include "machine/tree.h"

#include "base/text.h"

namespace wattlens::machine {
namespace {

// More logical processors than any kernel is built for (NR_CPUS is at most 8192).
constexpr std::int64_t kMostProcessors = 65536;

}  // namespace

std::optional<std::string> read_line(const base::Path& path) {
  const auto text = base::read_text(path);
  if (!text) return std::nullopt;
  return std::string(base::trim(*text));
}

std::optional<std::int64_t> read_integer(const base::Path& path) {
  const auto text = base::read_text(path);
  if (!text) return std::nullopt;
  return base::parse_integer(*text);
}

std::optional<std::vector<std::int64_t>> parse_cpu_list(std::string_view text) {
  std::vector<std::int64_t> cpus;
  text = base::trim(text);
  if (text.empty()) return cpus;
  for (const std::string_view part : base::split(text, ',')) {
    const std::size_t dash = part.find('-');
    const auto first = base::parse_integer(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : base::parse_integer(part.substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first || *last >= kMostProcessors) return std::nullopt;
    for (std::int64_t cpu = *first; cpu <= *last; ++cpu) cpus.push_back(cpu);
  }
  return cpus;
}

std::optional<std::string> field_of(std::string_view text, std::string_view key) {
  for (const std::string_view line : base::split(text, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || base::trim(line.substr(0, colon)) != key) continue;
    return std::string(base::trim(line.substr(colon + 1)));
  }
  return std::nullopt;
}

}  // namespace wattlens::machine
