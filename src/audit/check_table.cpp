#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "audit/checks.h"

namespace wattlens::audit {
namespace {

constexpr double kMostOfAMachine = 20e3;   // W
constexpr double kLeastOfAMachine = 0.05;  // W
constexpr double kAgrees = 0.03;
constexpr std::int64_t kRowsOfAConstant = 5;
constexpr double kIdleBoard = 100.0;  // W; boards that come by the several idle below it and work above it

class Table {
 public:
  Table(const TableScan& table, std::vector<Finding>& findings) : table_(table), findings_(findings) {}

  void check() {
    if (table_.rows() == 0) return;
    for (const Role role : {Role::energy, Role::power}) {
      for (const std::size_t column : table_.with_role(role)) check_column(column, role);
    }
    for (const std::size_t column : table_.with_role(Role::energy)) check_energy(column);
    check_constants();
    check_scope();
    check_total();
    check_doubled();
    check_psys();
    check_repetitions();
  }

 private:
  const std::string& name(std::size_t column) const { return table_.headings()[column].name; }

  void add(std::string code, Severity severity, std::int64_t line, std::size_t column, std::string seen,
           std::string changes, std::string mend) {
    findings_.push_back(
        {std::move(code), severity, {}, line, name(column), std::move(seen), std::move(changes), std::move(mend)});
  }

  void check_column(std::size_t column, Role role) {
    const ColumnScan& scan = table_.column(column);
    if (scan.missing > 0) {
      add("missing_values", scan.present == 0 ? Severity::fault : Severity::warning, scan.first_missing_line, column,
          fmt::format("{} of {} rows have none", scan.missing, table_.rows()), "no 0 J: these runs have no such energy",
          "leave them out of means and totals, and say so");
    }
    if (scan.zeros > 0) {
      add("zeros", Severity::fault, 0, column, fmt::format("{} of {} rows are 0", scan.zeros, table_.rows()),
          "a part that was not read is not one that used nothing: totals are too small",
          "write what was not read as missing");
    }
    if (scan.negatives > 0) {
      add("negative", Severity::fault, scan.first_negative_line, column,
          fmt::format("{} rows are below 0", scan.negatives), "a counter that wrapped between begin and end",
          "add the counter's range where it wrapped, and measure again");
    }
    if (role == Role::energy && !table_.headings()[column].unit) {
      add("unit_not_named", Severity::remark, 0, column, "the heading names no unit; taken as J",
          "J, mJ and Wh lie a factor of 1000 to 3600 apart", "write the unit into the heading: energy_j");
    }
  }

  void check_energy(std::size_t column) {
    if (check_sum(column)) return;
    check_product(column);
    const auto watts = table_.mean_power(column).values.quantile(0.5);
    if (watts) check_power(column, *watts);
  }

  // Σ power × duration, where the table tells the sum. True where that is it.
  bool check_sum(std::size_t column) {
    const RatioScan& ratios = table_.over_power_sum(column);
    const auto ratio = ratios.values.quantile(0.5);
    if (!ratio || std::abs(*ratio - 1.0) > kAgrees) return false;
    const auto times = table_.over_power(column).values.quantile(0.5);
    add("sum_times_duration", Severity::fault, 0, column,
        fmt::format("in {} rows the energy is the sum of all readings of power × the duration (ratio {:.3f}–{:.3f})",
                    ratios.rows, ratios.lowest, ratios.highest),
        times ? fmt::format("{:.4g} times too high at the median: as often as the power was read", *times)
              : std::string("too high by the number of readings"),
        "mean power × duration, or the integral of the trace");
    return true;
  }

  void check_product(std::size_t column) {
    const RatioScan& ratios = table_.over_power(column);
    const auto ratio = ratios.values.quantile(0.5);
    if (!ratio || std::abs(*ratio - 1.0) <= kAgrees) return;
    struct Factor {
      double factor;
      std::string_view words;
    };
    constexpr std::array<Factor, 7> kFactors = {{{1e3, "mJ taken for J"},
                                                 {1e-3, "kJ or kW taken for J or W"},
                                                 {3600.0, "Wh taken for J"},
                                                 {1.0 / 3600.0, "J taken for Wh, or hours for seconds"},
                                                 {3.6e6, "kWh taken for J"},
                                                 {1.0 / 3.6e6, "J taken for kWh"},
                                                 {2.0, "counted twice"}}};
    for (const Factor& known : kFactors) {
      if (std::abs(*ratio / known.factor - 1.0) > kAgrees) continue;
      add("unit", Severity::fault, 0, column,
          fmt::format("energy ÷ (power × duration) is {:.4g} at the median of {} rows", *ratio, ratios.rows),
          std::string(known.words), "name the unit in the heading and convert once");
      return;
    }
    add("energy_not_power_times_duration", Severity::warning, 0, column,
        fmt::format("energy ÷ ({} × duration) is {:.3f} at the median, {:.3f}–{:.3f} over {} rows",
                    name(*table_.power_of(column)), *ratio, ratios.lowest, ratios.highest, ratios.rows),
        fmt::format("the two columns differ by {:+.0f} %: they speak of different stretches of time, or one is no mean",
                    100.0 * (*ratio - 1.0)),
        "use the energy; do not compute with that power");
  }

  void check_power(std::size_t column, double watts) {
    if (watts > kMostOfAMachine || (watts > 0.0 && watts < kLeastOfAMachine)) {
      add("unit", Severity::fault, 0, column, fmt::format("energy ÷ duration is {:.4g} W at the median", watts),
          watts > kMostOfAMachine ? "mJ taken for J, or a sum of powers for an energy"
                                  : "kWh, Wh or kJ taken for J, or ms for s",
          "name the unit in the heading and convert once");
      return;
    }
    const auto boards = table_.with_role(Role::boards);
    if (boards.empty() || !table_.headings()[column].part.starts_with("gpu")) return;
    const auto each = table_.per_board().values.quantile(0.5);
    if (!each || *each >= kIdleBoard) return;
    add("idle_boards", Severity::warning, 0, column,
        fmt::format("{} rows with several boards: {:.3g} W per board at the median ({:.3g}–{:.3g} W)",
                    table_.per_board().rows, *each, table_.per_board().lowest, table_.per_board().highest),
        "most of these boards can only have idled: their idle energy is billed to the job, and no idle power is told",
        "measure the boards that the job sees (CUDA_VISIBLE_DEVICES), and idle power beside it");
  }

  void check_constants() {
    for (const std::size_t column : table_.with_role(Role::power)) {
      const ColumnScan& scan = table_.column(column);
      if (scan.present < kRowsOfAConstant || !scan.constant || scan.first == 0.0) continue;
      std::string changes = "a model's constant, no measurement: it cannot differ between what is compared";
      for (const std::size_t energy : table_.with_role(Role::energy)) {
        if (table_.power_of(energy) != column) continue;
        const double all = table_.total() ? table_.column(*table_.total()).sum : 0.0;
        if (all > 0.0)
          changes += fmt::format("; its energy is {:.1f} % of {}", 100.0 * table_.column(energy).sum / all,
                                 name(*table_.total()));
      }
      add("constant", Severity::warning, 0, column, fmt::format("{:.6g} W in all {} rows", scan.first, scan.present),
          std::move(changes), "call it modelled, and compare only what was measured");
    }
  }

  // One part known of some rows, another of others: their totals cover different things.
  void check_scope() {
    const std::vector<std::size_t> energies = table_.with_role(Role::energy);
    for (std::size_t i = 0; i < energies.size(); ++i) {
      for (std::size_t k = i + 1; k < energies.size(); ++k) {
        const std::int64_t without_first = table_.missing_beside(energies[i], energies[k]);
        const std::int64_t without_second = table_.missing_beside(energies[k], energies[i]);
        if (without_first + without_second == 0) continue;
        add("scope_differs", Severity::warning, 0, energies[k],
            fmt::format("{} rows have {} alone, {} have {} alone", without_second, name(energies[i]), without_first,
                        name(energies[k])),
            "totals of such rows cover different parts of the machine", "compare rows that have the same parts");
      }
    }
  }

  void check_total() {
    const auto ratio = table_.parts_over_total().values.quantile(0.5);
    if (!table_.total() || !ratio || std::abs(*ratio - 1.0) <= 0.01) return;
    add("total_is_no_sum", Severity::warning, 0, *table_.total(),
        fmt::format("the parts are {:.3f} of the total at the median ({:.3f}–{:.3f})", *ratio,
                    table_.parts_over_total().lowest, table_.parts_over_total().highest),
        *ratio > 1.0 ? "parts that lie inside others, or are left out of the total"
                     : "the total holds more than the parts shown",
        "say what the total sums");
  }

  void check_doubled() {
    for (const Role role : {Role::energy, Role::power}) {
      const std::vector<std::size_t> columns = table_.with_role(role);
      for (std::size_t i = 0; i < columns.size(); ++i) {
        for (std::size_t k = i + 1; k < columns.size(); ++k) {
          const std::int64_t equal = table_.equal_rows(columns[i], columns[k]);
          const std::int64_t both = std::min(table_.column(columns[i]).present, table_.column(columns[k]).present);
          if (equal < 3 || 10 * equal < 9 * both || table_.column(columns[k]).constant) continue;
          add("doubled", Severity::fault, 0, columns[k],
              fmt::format("equals {} in {} of {} rows", name(columns[i]), equal, both),
              "a sum of both counts one sensor twice", "count one of them");
        }
      }
    }
  }

  void check_psys() {
    const std::vector<std::size_t> energies = table_.with_role(Role::energy);
    const auto of = [&](std::string_view part) {
      return std::ranges::find_if(energies, [&](std::size_t c) { return table_.headings()[c].part.starts_with(part); });
    };
    const auto psys = of("psys");
    const auto cpu = of("cpu");
    if (psys == energies.end() || cpu == energies.end()) return;
    add("overlapping", Severity::warning, 0, *psys,
        fmt::format("psys ({:.4g} J) stands beside {} ({:.4g} J), which lies inside it", table_.column(*psys).sum,
                    name(*cpu), table_.column(*cpu).sum),
        fmt::format("a sum of both counts {:.4g} J twice", table_.column(*cpu).sum), "take one of them");
  }

  void check_repetitions() {
    const std::int64_t alone = table_.labels_with_one_row();
    if (!table_.labelled() || alone == 0) return;
    findings_.push_back({"one_run",
                         Severity::warning,
                         {},
                         0,
                         {},
                         fmt::format("{} of {} configurations have one run (n = 1)", alone, table_.labels()),
                         "no spread is known: a difference between two of them may be noise",
                         "repeat each at least 5 times, in shuffled order"});
  }

  const TableScan& table_;
  std::vector<Finding>& findings_;
};

}  // namespace

void check_table(const TableScan& table, std::vector<Finding>& findings) { Table(table, findings).check(); }

}  // namespace wattlens::audit
