#include "calibration/processor_load.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace wattlens::calibration {
namespace {

constexpr int kNice = 10;
constexpr int kBetweenLooks = 2000;  // rounds, some microseconds

enum class Order : std::uint8_t { rest, work, end };

// Independent sums, so that the units that multiply and add are kept busy.
void multiply_and_add(std::array<double, 16>& values) {
  for (int round = 0; round < kBetweenLooks; ++round) {
    for (double& value : values) value = value * 0.999999 + 1e-6;
  }
}

class ProcessorLoad final : public Load {
 public:
  ProcessorLoad() = default;
  ProcessorLoad(const ProcessorLoad&) = delete;
  ProcessorLoad& operator=(const ProcessorLoad&) = delete;
  ~ProcessorLoad() override { give(Order::end); }

  // Throws std::system_error.
  void start(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
  }

  std::string describe() const override { return fmt::format("{} threads of this processor", threads_.size()); }

  Result<void> set(bool on) override {
    give(on ? Order::work : Order::rest);
    return {};
  }

 private:
  void give(Order order) {
    order_ = order;
    order_.notify_all();
  }

  void serve() {
    (void)setpriority(PRIO_PROCESS, 0, kNice);  // of this thread, on Linux
    std::array<double, 16> values{};
    for (double& value : values) value = 1.0 + static_cast<double>(&value - values.data());
    while (true) {
      const Order order = order_.load();
      if (order == Order::end) break;
      if (order == Order::work) {
        multiply_and_add(values);
      } else {
        order_.wait(order);
      }
    }
    // The work must have a result, or the compiler leaves it out.
    for (const double value : values) result_ = result_ + value;
  }

  std::atomic<Order> order_ = Order::rest;
  std::atomic<double> result_ = 0.0;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace

Result<std::unique_ptr<Load>> make_processor_load(int threads) {
  auto load = std::make_unique<ProcessorLoad>();
  try {
    load->start(threads);
  } catch (const std::system_error& error) {
    return fail(ErrorKind::io, fmt::format("cannot start {} threads: {}", threads, error.what()));
  }
  return load;
}

}  // namespace wattlens::calibration
