#include "cli/listing_tables.h"

#include <fmt/core.h>

#include "base/json.h"
#include "base/text.h"
#include "record/names.h"

namespace wattlens::cli {
namespace {

using report::Quantity;
using enum report::ColumnKind;

// Gross or net; both come from the same sensors.
Quantity energy_of(const store::RunListing& run, const std::optional<record::Joules>& energy) {
  Quantity quantity;
  quantity.provenance = energy ? run.energy_per_image.provenance : record::Provenance::missing;
  if (energy) quantity.value = energy->value;
  quantity.at_least = quantity.value && !run.complete;
  if (!quantity.value) {
    quantity.reason = run.energy_per_image.reason.empty() ? "not in this run" : run.energy_per_image.reason;
  }
  return quantity;
}

}  // namespace

report::Table experiments_table(std::span<const store::ExperimentListing> experiments) {
  report::Table table;
  table.columns = {{"id", "experiment"},
                   {"created_at", "started"},
                   {"finished_at", ""},
                   {"status", "status"},
                   {"", "runs", number},
                   {"runs_planned", "", number},
                   {"runs_done", "", number},
                   {"runs_failed", "failed", number},
                   {"machine", ""},
                   {"title", "title"},
                   {"models", ""},
                   {"", "models"}};
  bool any_title = false;
  for (const auto& listing : experiments) {
    any_title = any_title || !listing.title.empty();
    // Planned runs are an upper bound: a point that is precise enough needs fewer.
    table.rows.push_back({listing.id, listing.created_at, listing.finished_at,
                          std::string(record::to_string(listing.status)),
                          fmt::format("{}/{}", listing.runs_done, listing.runs_planned), listing.runs_planned,
                          listing.runs_done, listing.runs_failed, listing.machine, listing.title,
                          base::Json(listing.models), base::join(listing.models, " ")});
  }
  if (!any_title) table.columns[9].heading.clear();
  return table;
}

report::Table runs_table(std::span<const store::RunListing> runs) {
  report::Table table;
  table.columns = {{"experiment", ""},
                   {"order", "run", number},
                   {"block", "", number},
                   {"model", "model"},
                   {"engine", ""},
                   {"device", ""},
                   {"precision", "precision"},
                   {"hint", "hint", text, true},
                   {"batch", "batch", number},
                   {"image_size", "", number},
                   {"threads", "", number},
                   {"point", ""},
                   {"status", "status"},
                   {"images_per_s", "images/s", number},
                   {"energy_j_per_image", "J/image gross", energy},
                   {"net_energy_j_per_image", "", energy},
                   {"warnings", "warnings", number, true}};
  for (const auto& run : runs) {
    report::begin_group(table, run.experiment);
    table.rows.push_back({run.experiment, run.order, run.block, run.point.model, run.point.engine, run.point.device,
                          run.point.precision, run.point.hint, run.point.batch, run.point.image_size, run.point.threads,
                          run.point.id, std::string(record::to_string(run.status)), report::cell_of(run.images_per_s),
                          energy_of(run, run.energy_per_image.value), energy_of(run, run.net_energy_per_image),
                          run.warnings});
  }
  return table;
}

}  // namespace wattlens::cli
