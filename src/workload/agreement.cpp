#include "workload/agreement.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "stats/proportion.h"

namespace wattlens::workload {

Result<Outputs> outputs_over_images(InferenceOptions options, std::int64_t images, const base::Clock& clock,
                                    const base::Cancellation& cancellation) {
  options.point.batch = 1;
  options.point.hint = "latency";
  WATTLENS_TRY(const auto client, worker::Client::start(options.engine, options.client, clock, cancellation));
  WATTLENS_CHECK(client->compile(compile_request(options)));
  Outputs all{.images = images};
  for (std::int64_t image = 1; image <= images; ++image) {
    WATTLENS_CHECK(client->set_input(worker::SeededInput{static_cast<std::uint64_t>(image), 0}));
    WATTLENS_CHECK(client->run({base::Seconds{0.0}, 1}));
    WATTLENS_TRY(const auto output, client->output(0));
    all.values.insert(all.values.end(), output.values.begin(), output.values.end());
  }
  return all;
}

Result<record::Agreement> compare_top1(const Outputs& outputs, const Outputs& reference) {
  if (outputs.images != reference.images || outputs.row() != reference.row() || outputs.row() == 0) {
    return fail(ErrorKind::run_failed,
                fmt::format("{} outputs per image, and the reference has {}", outputs.row(), reference.row()),
                "compare models of the same classes");
  }
  record::Agreement agreement{.images = outputs.images};
  double difference = 0.0;
  double largest = 0.0;
  for (std::size_t begin = 0; begin < outputs.values.size(); begin += outputs.row()) {
    const std::span one = std::span(outputs.values).subspan(begin, outputs.row());
    const std::span other = std::span(reference.values).subspan(begin, outputs.row());
    for (std::size_t i = 0; i < one.size(); ++i) {
      if (!std::isfinite(one[i]) || !std::isfinite(other[i])) {
        return fail(ErrorKind::run_failed, "an output is not a finite number", "use a higher precision");
      }
      difference = std::max(difference, std::abs(static_cast<double>(one[i]) - static_cast<double>(other[i])));
      largest = std::max(largest, std::abs(static_cast<double>(other[i])));
    }
    const auto top = std::ranges::max_element(one) - one.begin();
    agreement.same += top == std::ranges::max_element(other) - other.begin() ? 1 : 0;
  }
  agreement.error = largest > 0.0 ? difference / largest : difference;
  WATTLENS_TRY(const auto share, stats::wilson_interval(agreement.same, agreement.images));
  agreement.share = {share.value, share.interval.low, share.interval.high};
  return agreement;
}

}  // namespace wattlens::workload
