// What one look at eight RAPL channels through powercap takes, against a plain pread of the same eight files in the
// same run, in turn. The counters are page-cached files on a tmpfs, so that the kernel's own read of a register is not
// in it.
//
// usage: bench_rapl_read [looks per round] [rounds]
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "rapl_tree.h"

namespace {

using namespace wattlens;

// Microseconds of each look.
template <class Look>
bool take_times(const base::Clock& clock, std::int64_t looks, std::vector<double>& times, const Look& look) {
  for (std::int64_t i = 0; i < looks; ++i) {
    const base::MonoTime begin = clock.now();
    if (!look()) return false;
    times.push_back(1e6 * (clock.now() - begin).value);
  }
  return true;
}

std::vector<base::FileDescriptor> open_counters(const base::Path& root) {
  std::vector<base::FileDescriptor> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().filename() == "energy_uj") files.emplace_back(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC));
  }
  return files;
}

double at(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

void print(const char* what, std::vector<double>& times) {
  std::ranges::sort(times);
  fmt::print("{:>16} {:>10.2f} {:>10.2f} {:>10.2f} {:>10.2f} {:>10.2f}\n", what, at(times, 0.5), at(times, 0.05),
             at(times, 0.95), at(times, 0.99), times.back());
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t looks = argc > 1 ? base::parse_integer(argv[1]).value_or(0) : 1000;
  const std::int64_t rounds = argc > 2 ? base::parse_integer(argv[2]).value_or(0) : 50;
  if (looks < 1 || rounds < 1) {
    fmt::print(stderr, "usage: bench_rapl_read [looks per round] [rounds]\n");
    return 2;
  }
  base::SystemClock clock;
  const bench::RaplTree tree;
  const auto rapl = tree.open(clock);
  const auto files = open_counters(tree.root());
  if (!rapl || files.size() != rapl->channels().size()) return 1;
  std::vector<meter::Reading> readings(files.size());
  const auto by_meter = [&] {
    return rapl->read(readings).has_value() && std::ranges::all_of(readings, [](const meter::Reading& reading) {
             return reading.status == meter::ReadStatus::ok;
           });
  };
  const auto plain = [&] {
    char text[32];
    return std::ranges::all_of(files, [&](const auto& file) { return ::pread(file.get(), text, sizeof text, 0) > 0; });
  };
  std::vector<double> of_meter;
  std::vector<double> of_pread;
  std::vector<double> ratios;  // of the medians, one per round
  for (std::int64_t round = 0; round < rounds; ++round) {
    std::vector<double> meter_round;
    std::vector<double> pread_round;
    if (!take_times(clock, looks, meter_round, by_meter) || !take_times(clock, looks, pread_round, plain)) return 1;
    std::ranges::sort(meter_round);
    std::ranges::sort(pread_round);
    ratios.push_back(at(meter_round, 0.5) / at(pread_round, 0.5));
    of_meter.insert(of_meter.end(), meter_round.begin(), meter_round.end());
    of_pread.insert(of_pread.end(), pread_round.begin(), pread_round.end());
  }
  fmt::print("{} channels, {} rounds of {} looks, in turn; us per look\n", files.size(), rounds, looks);
  fmt::print("{:>16} {:>10} {:>10} {:>10} {:>10} {:>10}\n", "", "median", "5 %", "95 %", "99 %", "most");
  print("RAPL meter", of_meter);
  print("eight pread", of_pread);
  std::ranges::sort(ratios);
  fmt::print("ratio of the medians {:.2f} ({:.2f} ... {:.2f} over the rounds)\n", at(ratios, 0.5), ratios.front(),
             ratios.back());
  return 0;
}
