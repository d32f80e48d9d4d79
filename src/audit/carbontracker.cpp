#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "audit/readers.h"
#include "base/fields.h"
#include "base/text.h"

namespace wattlens::audit {
namespace {

constexpr double kKilowattHour = 3.6e6;
// The columns of its table.
constexpr std::size_t kDuration = 0;
constexpr std::size_t kCpu = 1;
constexpr std::size_t kGpu = 2;
constexpr std::size_t kTotal = 3;
constexpr std::size_t kColumns = 4;

std::vector<Heading> headings() {
  const Unit watt{Dimension::power, 1.0, "W"};
  return {{"Duration", Role::duration, Unit{Dimension::time, 1.0, "s"}, ""},
          {"Average power usage (W) for cpu", Role::power, watt, "cpu"},
          {"Average power usage (W) for gpu", Role::power, watt, "gpu"},
          {"Energy", Role::energy, Unit{Dimension::energy, kKilowattHour, "kWh"}, "total"}};
}

std::string_view after(std::string_view line, std::string_view words) {
  const std::size_t at = line.find(words);
  return at == std::string_view::npos ? std::string_view{} : base::trim(line.substr(at + words.size()));
}

// "0:02:21.90"
std::optional<double> clock_seconds(std::string_view text) {
  const auto parts = base::split(text, ':');
  if (parts.size() != 3) return std::nullopt;
  const auto hours = base::parse_number(parts[0]);
  const auto minutes = base::parse_number(parts[1]);
  const auto seconds = base::parse_number(parts[2]);
  if (!hours || !minutes || !seconds) return std::nullopt;
  return 3600.0 * *hours + 60.0 * *minutes + *seconds;
}

// "136.86", "[136.86 120.1]": of all devices together.
std::optional<double> sum_of(std::string_view text) {
  double sum = 0.0;
  bool any = false;
  std::string plain(text);
  std::ranges::replace_if(plain, [](char c) { return c == '[' || c == ']' || c == ','; }, ' ');
  for (const std::string_view word : base::split(plain, ' ')) {
    if (base::trim(word).empty()) continue;
    const auto number = base::parse_number(word);
    if (!number) return std::nullopt;
    sum += *number;
    any = true;
  }
  return any ? std::optional(sum) : std::nullopt;
}

class Carbontracker {
 public:
  Carbontracker(base::LineReader& lines, Log& log) : lines_(lines), log_(log), cells_(kColumns) {
    log_.table.emplace(headings());
  }

  Result<void> read() {
    while (true) {
      WATTLENS_TRY(const bool any, lines_.next());
      if (!any) break;
      read_line(lines_.line());
    }
    end_row();
    return {};
  }

 private:
  void read_line(std::string_view line) {
    if (line.find("Epoch ") != std::string_view::npos && line.ends_with(':')) begin_row("epoch");
    if (line.find("Actual consumption") != std::string_view::npos) begin_row("actual");
    if (line.find("Predicted consumption") != std::string_view::npos) {
      begin_row("");
      add_prediction();
    }
    if (line.find("PUE coefficient of") != std::string_view::npos) add_pue(line);
    for (const std::string_view words : {"Duration:", "Time:"}) {
      if (const auto text = after(line, words); !text.empty()) cells_[kDuration] = clock_seconds(text);
    }
    if (const auto text = after(line, "Energy:"); text.ends_with("kWh")) {
      const auto number = base::parse_quantity(text);
      if (number) cells_[kTotal] = number->value * kKilowattHour;
    }
    read_power(line, "for gpu:", kGpu);
    read_power(line, "for cpu:", kCpu);
  }

  void read_power(std::string_view line, std::string_view words, std::size_t column) {
    if (line.find("Average power usage") == std::string_view::npos) return;
    const std::string_view text = after(line, words);
    if (text.empty()) return;
    cells_[column] = sum_of(text);
    if (!cells_[column]) log_.add_absent(lines_.number());
  }

  // A prediction is no measurement: its row is read and dropped.
  void begin_row(std::string_view label) {
    end_row();
    label_ = label;
    line_ = lines_.number();
  }

  void end_row() {
    const bool any = std::ranges::any_of(cells_, [](const auto& cell) { return cell.has_value(); });
    if (any && !label_.empty()) {
      log_.table->add_row(line_, cells_, label_);
      ++log_.rows;
    }
    cells_.assign(kColumns, std::nullopt);
    label_.clear();
  }

  void add_prediction() {
    if (std::exchange(predicted_, true)) return;
    log_.findings.push_back({.code = "prediction",
                             .severity = Severity::remark,
                             .line = lines_.number(),
                             .seen = "the log holds a predicted consumption",
                             .changes = "left out: it goes on with the first epochs",
                             .mend = "report the actual consumption"});
  }

  void add_pue(std::string_view line) {
    if (std::exchange(pue_, true)) return;
    const auto factor = base::parse_quantity(after(line, "PUE coefficient of"));
    if (!factor || factor->value == 1.0) return;
    log_.findings.push_back(
        {.code = "pue_included",
         .severity = Severity::warning,
         .line = lines_.number(),
         .seen = fmt::format("energies are multiplied by a PUE of {:.3g}", factor->value),
         .changes = fmt::format("{:+.0f} % beside what the devices used; the mean powers per epoch are "
                                "without it",
                                100.0 * (factor->value - 1.0)),
         .mend = fmt::format("divide by {:.3g} before comparing with other tools", factor->value)});
  }

  base::LineReader& lines_;
  Log& log_;
  Cells cells_;
  std::string label_;
  std::int64_t line_ = 0;
  bool predicted_ = false;
  bool pue_ = false;
};

}  // namespace

bool is_carbontracker(std::string_view head) {
  return head.find("carbontracker version") != std::string_view::npos ||
         head.find("CarbonTracker:") != std::string_view::npos ||
         (head.find("Actual consumption for") != std::string_view::npos &&
          head.find("kWh") != std::string_view::npos) ||
         head.find("Average power usage (W) for") != std::string_view::npos;
}

Result<void> read_carbontracker(base::LineReader& lines, const ColumnNames& /*names*/, Log& log) {
  return Carbontracker(lines, log).read();
}

}  // namespace wattlens::audit
