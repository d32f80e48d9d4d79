#include "cli/wall_flags.h"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/common_flags.h"

namespace wattlens::cli {

void add_wall(CLI::App& app, WallOptions& options) {
  CLI::App& wall = *app.add_subcommand("wall", "Hold a wall meter's log against a stored experiment");
  wall.footer(R"(
Aligns the clocks by the two powers, fits wall = offset + components / efficiency, and tells what no sensor covers.
Reads every log of power that audit reads; the experiment needs samples of at least 20 of the meter's readings.
Examples:
  wattlens run --model resnet50 --batch 1-64*2 --window 20s    # while the meter logs
  wattlens wall meter.csv
  wattlens wall meter.csv --experiment 20261121T10 --format json -o wall.json
  wattlens wall meter.csv --time-column t_ms --power-column p --unit mW)");
  wall.add_option("meter", options.meter, "The meter's log")->required()->type_name("FILE");
  wall.add_option("--experiment", options.experiment, "The beginning of an id, or last (last)")->type_name("ID");
  wall.add_option("--unit", options.reading.unit, "Unit of the power, where the heading does not name it (W)")
      ->check(CLI::IsMember(std::vector<std::string>{"mW", "W", "kW"}))
      ->type_name("UNIT");
  wall.add_option("--input-format", options.reading.format, "Form of the log, as for audit (told by its content)")
      ->type_name("NAME");
  wall.add_option("--time-column", options.reading.columns.time, "Of plain CSV: the column with the time")
      ->type_name("NAME");
  wall.add_option("--power-column", options.reading.columns.power, "Of plain CSV: the column with the power")
      ->type_name("NAME");
  add_store(wall, options.store);
  add_output(wall, options.output, {report::Format::table, report::Format::markdown, report::Format::json});
}

}  // namespace wattlens::cli
