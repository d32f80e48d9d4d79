// What a mark of a region costs the program that is measured: include/wattlens/regions.h, beside an empty pipe that
// somebody reads, and where nobody measures. Prints the median and the 99th percentile of single marks, in us.
#include <wattlens/regions.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

double since_us(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

void tell(const char* what, std::vector<double>& times_us) {
  std::ranges::sort(times_us);
  std::printf("%-34s median %6.3f us, 99 %% below %6.3f us, of %zu\n", what, times_us[times_us.size() / 2],
              times_us[times_us.size() * 99 / 100], times_us.size());
}

std::vector<double> marks(int count) {
  std::vector<double> times_us;
  for (int i = 0; i < count; ++i) {
    const auto begin = Clock::now();
    wattlens_region_begin("epoch 3");
    times_us.push_back(since_us(begin));
    wattlens_region_end("epoch 3");
  }
  return times_us;
}

}  // namespace

int main() {
  constexpr int kMarks = 100'000;
  constexpr int kUnused = 10'000'000;
  std::string folder = "/tmp/wattlens-bench-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  const std::string path = folder + "/regions";
  if (::mkfifo(path.c_str(), 0600) != 0) return 1;
  const int reader = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  std::jthread drain([&](const std::stop_token& stop) {
    std::array<char, 65536> bytes{};
    while (!stop.stop_requested() && ::read(reader, bytes.data(), bytes.size()) > 0) {
    }
  });
  ::setenv("WATTLENS_REGIONS", path.c_str(), 1);
  auto measured = marks(kMarks);
  tell("a mark, measured", measured);
  drain.request_stop();
  wattlens_region_begin("the last one wakes the reader");
  drain.join();
  ::close(reader);
  std::filesystem::remove_all(folder);

  wattlens_regions.pipe = -1;
  const auto begin = Clock::now();
  for (int i = 0; i < kUnused; ++i) wattlens_region_begin("epoch 3");
  std::printf("%-34s mean   %6.4f us\n", "a mark, nobody measures", since_us(begin) / kUnused);
  return 0;
}
