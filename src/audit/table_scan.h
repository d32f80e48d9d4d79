// A table of results (one row per run, with energies and powers), looked at once, row by row: what its checks need.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/heading.h"
#include "audit/log_histogram.h"

namespace wattlens::audit {

// Values in SI units; NaN never.
using Cells = std::vector<std::optional<double>>;

struct ColumnScan {
  std::int64_t present = 0;
  std::int64_t missing = 0;
  std::int64_t first_missing_line = 0;
  std::int64_t zeros = 0;
  std::int64_t negatives = 0;
  std::int64_t first_negative_line = 0;
  double first = 0.0;
  double lowest = 0.0;
  double highest = 0.0;
  double sum = 0.0;
  bool constant = true;
  LogHistogram values;
};

// One column over a product of others, row by row.
struct RatioScan {
  std::int64_t rows = 0;
  double lowest = 0.0;
  double highest = 0.0;
  LogHistogram values;
  void add(double ratio);
};

class TableScan {
 public:
  explicit TableScan(std::vector<Heading> headings);

  // One cell per heading. `label` names the configuration; rows with equal ones are repetitions.
  void add_row(std::int64_t line, const Cells& cells, std::string_view label);

  std::int64_t rows() const { return rows_; }
  const std::vector<Heading>& headings() const { return headings_; }
  const ColumnScan& column(std::size_t index) const { return columns_[index]; }
  std::vector<std::size_t> with_role(Role role) const;
  std::optional<std::size_t> duration() const { return duration_; }
  std::optional<std::size_t> total() const { return total_; }  // the energy of all parts together
  // The power of the same part as an energy column.
  std::optional<std::size_t> power_of(std::size_t energy) const { return powers_[energy]; }

  // Of an energy column: over the duration (W), over duration × power, over duration × sum of power.
  const RatioScan& mean_power(std::size_t energy) const { return mean_power_[energy]; }
  const RatioScan& over_power(std::size_t energy) const { return over_power_[energy]; }
  const RatioScan& over_power_sum(std::size_t energy) const { return over_power_sum_[energy]; }
  const RatioScan& per_board() const { return per_board_; }  // W, of the boards' energy in rows with several
  const RatioScan& parts_over_total() const { return parts_over_total_; }
  // Rows in which two columns hold the same number, not 0.
  std::int64_t equal_rows(std::size_t a, std::size_t b) const;
  // Rows in which `other` is there and `column` is not.
  std::int64_t missing_beside(std::size_t column, std::size_t other) const;

  std::int64_t labels() const { return static_cast<std::int64_t>(labels_.size()); }
  std::int64_t labels_with_one_row() const;
  bool labelled() const { return labelled_; }

 private:
  std::optional<std::size_t> find_power_of(std::size_t energy) const;
  void add_relations(const Cells& cells);
  void add_pairs(const Cells& cells);
  std::size_t pair(std::size_t a, std::size_t b) const { return a * headings_.size() + b; }

  std::vector<Heading> headings_;
  std::vector<ColumnScan> columns_;
  std::vector<RatioScan> mean_power_;
  std::vector<RatioScan> over_power_;
  std::vector<RatioScan> over_power_sum_;
  RatioScan per_board_;
  RatioScan parts_over_total_;
  std::vector<std::int64_t> equal_;           // by pair()
  std::vector<std::int64_t> missing_beside_;  // by pair()
  std::map<std::string, std::int64_t, std::less<>> labels_;
  bool labelled_ = false;
  bool too_many_labels_ = false;
  std::optional<std::size_t> duration_;
  std::optional<std::size_t> total_;
  std::optional<std::size_t> power_sum_;
  std::optional<std::size_t> boards_;
  std::vector<std::size_t> energies_;
  std::vector<std::optional<std::size_t>> powers_;  // by energy column
  std::int64_t rows_ = 0;
};

}  // namespace wattlens::audit
