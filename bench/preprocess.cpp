// Decodes and preprocesses all images of a folder, on one thread: bench_preprocess FOLDER [PASSES].
//
// Prints as JSON the seconds of processor time and of wall time per image of each pass, and the CRC-32 of all results,
// by which bench/against_torchvision.py knows that both sides did the same work.
#include <fmt/core.h>
#include <time.h>
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/clock.h"
#include "dataset/image_reader.h"

namespace {

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

int main(int count, char** words) {
  using namespace wattlens;
  if (count < 2) {
    fmt::print(stderr, "bench_preprocess FOLDER [PASSES]\n");
    return 2;
  }
  const auto set = dataset::ImageSet::open(words[1]);
  if (!set) {
    fmt::print(stderr, "{}\n", set.error().message);
    return 2;
  }
  const int passes = count > 2 ? std::atoi(words[2]) : 1;
  const dataset::Preprocessing steps;
  std::vector<float> values(steps.values());
  const base::SystemClock clock;
  for (int pass = 0; pass < passes; ++pass) {
    dataset::ImageReader reader(*set, steps, dataset::BrokenImages::fail);
    uLong sum = crc32(0, nullptr, 0);
    double processor = 0.0;
    double wall = 0.0;
    for (std::size_t i = 0; i < set->size(); ++i) {
      const double before = processor_seconds();
      const auto begin = clock.now();
      const auto number = reader.next(values);
      wall += (clock.now() - begin).value;
      processor += processor_seconds() - before;
      if (!number) {
        fmt::print(stderr, "{}\n", number.error().message);
        return 1;
      }
      sum = crc32(sum, reinterpret_cast<const Bytef*>(values.data()), static_cast<uInt>(values.size() * sizeof(float)));
    }
    const auto images = static_cast<double>(set->size());
    fmt::print("{{\"processor_s\": {}, \"wall_s\": {}, \"crc\": {}}}\n", processor / images, wall / images, sum);
  }
  return 0;
}
