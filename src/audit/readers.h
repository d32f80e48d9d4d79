// One pair of functions per log format, for the list in format.cpp: does a text begin so, and read it.
#pragma once

#include <string_view>

#include "audit/format.h"

namespace wattlens::audit {

// CodeCarbon's emissions.csv: one row per run, energies in kWh.
bool is_codecarbon(std::string_view head);
Result<void> read_codecarbon(base::LineReader& lines, const ColumnNames& names, Log& log);

// carbontracker's two logs: mean power per epoch, and consumption in all.
bool is_carbontracker(std::string_view head);
Result<void> read_carbontracker(base::LineReader& lines, const ColumnNames& names, Log& log);

// `nvidia-smi --query-gpu=timestamp,…,power.draw --format=csv`, with and without units and heading.
bool is_nvidia_smi(std::string_view head);
Result<void> read_nvidia_smi(base::LineReader& lines, const ColumnNames& names, Log& log);

// The windows of Zeus (ZeusMonitor's log file): start_time, window_name, elapsed_time, gpu0_energy, … in J.
bool is_zeus(std::string_view head);
Result<void> read_zeus(base::LineReader& lines, const ColumnNames& names, Log& log);

// SPEC PTDaemon's log in an MLPerf Power submission (spl.txt): Time,…,Watts,…,Volts,…,Amps,…,PF,…,Mark,…
bool is_mlperf_power(std::string_view head);
Result<void> read_mlperf_power(base::LineReader& lines, const ColumnNames& names, Log& log);

// `perf stat -e power/…/` as text or with -x, at the end or with -I.
bool is_perf_stat(std::string_view head);
Result<void> read_perf_stat(base::LineReader& lines, const ColumnNames& names, Log& log);

// What the metric providers of the Green Metrics Tool write: microseconds, a number, and what it is of.
bool is_green_metrics_tool(std::string_view head);
Result<void> read_green_metrics_tool(base::LineReader& lines, const ColumnNames& names, Log& log);

// Any separated text with a heading that names power or energy.
bool is_plain_csv(std::string_view head);
Result<void> read_plain_csv(base::LineReader& lines, const ColumnNames& names, Log& log);

}  // namespace wattlens::audit
