#include "record/arrivals_name.h"

namespace wattlens::record {

std::string arrivals_name(std::string_view arrivals) {
  constexpr std::string_view kTrace = "trace:";
  if (!arrivals.starts_with(kTrace)) return std::string(arrivals);
  const std::size_t last = arrivals.rfind('/');
  if (last == std::string_view::npos || last == 0) return std::string(arrivals);
  const std::size_t folder = arrivals.rfind('/', last - 1);
  if (folder == std::string_view::npos) return std::string(arrivals);
  return std::string(kTrace).append(arrivals.substr(folder + 1));
}

}  // namespace wattlens::record
