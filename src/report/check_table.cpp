#include "report/check_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "record/names.h"
#include "report/accuracy_columns.h"
#include "report/machine_formats.h"
#include "report/page.h"

namespace wattlens::report {
namespace {

using record::CheckedPoint;
using record::CheckStatus;

std::string result_of(const CheckedPoint& point) {
  return point.failure ? "could not run" : std::string(record::to_string(point.check.status));
}

// Errors are powers of ten apart: two digits of each, not the same decimals.
Cell short_number(const std::optional<double>& number) {
  return number ? Cell(fmt::format("{:.2g}", *number)) : Cell();
}

std::string remark_of(const CheckedPoint& point) {
  if (!point.failure) return point.check.error ? "compared with: " + point.check.reference : point.check.reference;
  return point.failure->hint.empty() ? point.failure->message
                                     : fmt::format("{}; {}", point.failure->message, point.failure->hint);
}

Cell top1_of(const CheckedPoint& point, bool for_person) {
  if (!point.check.same_top1) return {};
  return for_person ? Cell(std::string(*point.check.same_top1 ? "same" : "other")) : Cell(*point.check.same_top1);
}

Table checks_table(std::span<const CheckedPoint> points) {
  using enum ColumnKind;
  Table table;
  table.columns = {{"model", ""},
                   {"engine", "engine"},
                   {"device", ""},
                   {"precision", "precision"},
                   {"execution_precision", ""},
                   {"hint", ""},
                   {"batch", "batch", number, true},
                   {"image_size", "px", number, true},
                   {"output_check", "check"},
                   {"error", "", number},
                   {"tolerance", "", number},
                   {"", "error"},
                   {"", "allowed"},
                   {"same_top1", ""},
                   {"", "top-1"},
                   {"reference", ""},
                   {"failure", ""},
                   {"", "remarks"}};
  for (const CheckedPoint& checked : points) {
    const record::PlanPoint& point = checked.point;
    begin_group(table, point.model);
    table.rows.push_back({point.model, point.engine, point.device, point.precision,
                          checked.workload.execution_precision, point.hint, point.batch, point.image_size,
                          result_of(checked), cell_of(checked.check.error), cell_of(checked.check.tolerance),
                          short_number(checked.check.error), short_number(checked.check.tolerance),
                          top1_of(checked, false), top1_of(checked, true), checked.check.reference,
                          checked.failure ? Cell(checked.failure->message) : Cell(), remark_of(checked)});
  }
  std::vector<const record::WorkloadInfo*> infos;
  for (const CheckedPoint& checked : points) infos.push_back(&checked.workload);
  add_accuracy(table, infos);
  return table;
}

std::vector<std::string> remarks(std::span<const CheckedPoint> points) {
  const auto count = [&](CheckStatus status) {
    return std::ranges::count_if(points, [&](const auto& p) { return !p.failure && p.check.status == status; });
  };
  const auto unable = std::ranges::count_if(points, [](const auto& p) { return p.failure.has_value(); });
  std::string sum = fmt::format("{} of {} passed", count(CheckStatus::passed), points.size());
  if (const auto failed = count(CheckStatus::failed)) sum += fmt::format(", {} failed", failed);
  if (const auto unknown = count(CheckStatus::not_run)) sum += fmt::format(", {} without a reference", unknown);
  if (unable > 0) sum += fmt::format(", {} could not run", unable);
  return {sum + ".",
          "error: the largest difference, in parts of the largest value of the reference. top-1: whether the same "
          "class comes first for every image."};
}

}  // namespace

std::string output_checks(std::span<const CheckedPoint> points, Format format, const TextOptions& text) {
  Table table = checks_table(points);
  if (format != Format::table && format != Format::markdown) {
    return in_format(std::move(table), format, text, kChecksSchema, "points");
  }
  // What holds for all is said once.
  const auto same = [&](const CheckedPoint& point) { return remark_of(point) == remark_of(points.front()); };
  std::string lead;
  if (!points.empty() && !remark_of(points.front()).empty() && std::ranges::all_of(points, same)) {
    lead = remark_of(points.front());
    table.columns.back().heading.clear();
  }
  Page page;
  page.sections.push_back({.lead = std::move(lead), .table = std::move(table), .remarks = remarks(points)});
  return format == Format::table ? to_terminal(page, text) : to_markdown(page);
}

}  // namespace wattlens::report
