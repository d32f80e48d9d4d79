// A summary with everything that a reader can meet: measured, modelled, incomplete and missing energy, a failed point,
// warnings, one repetition without an interval.
#pragma once

#include <limits>
#include <string>

#include "record/experiment.h"

namespace wattlens::fake {

inline record::Energy energy(double value, double low, double high, record::Provenance provenance) {
  record::Energy energy;
  energy.value = record::Joules{value};
  energy.absolute = record::Interval<record::Joules>{{low}, {high}};
  energy.relative = record::Interval<record::Joules>{{value * 0.99}, {value * 1.01}};
  energy.provenance = provenance;
  energy.method = provenance == record::Provenance::modelled ? "load_model" : "powercap";
  return energy;
}

inline record::PointSummary example_point(const std::string& model, const std::string& precision, std::int64_t batch,
                                          double images_per_s) {
  record::PointSummary point;
  point.point.model = model;
  point.point.precision = precision;
  point.point.batch = batch;
  point.point.threads = 2;
  point.point.id = model + "/" + precision + "/b" + std::to_string(batch);
  point.repetitions = 8;
  point.images_per_s = record::Estimate<double>{images_per_s, images_per_s * 0.99, images_per_s * 1.01};
  for (const double share : {0.99, 1.0, 1.01, 1.02, 0.98, 1.0, 1.03, 0.97}) {
    point.images_per_s_values.push_back(images_per_s * share);
    point.energy_values.push_back(70.0 / (images_per_s * share));
  }
  const double seconds = static_cast<double>(batch) / images_per_s;
  point.batch_time = record::Estimate<record::Seconds>{{seconds}, {seconds * 0.99}, {seconds * 1.01}};
  const double joules = 70.0 / images_per_s;
  point.energy_per_image = energy(joules, joules * 0.7, joules * 1.4, record::Provenance::modelled);
  point.net_energy_per_image = energy(joules * 0.6, joules * 0.3, joules, record::Provenance::modelled);
  point.complete = true;
  point.output_check = {record::CheckStatus::passed, "PyTorch float64", 1e-3, 2e-2, true};
  point.workload.engine_version = "2026.4.1";
  point.workload.device_name = "Example CPU";
  point.workload.execution_precision = precision;
  point.workload.threads = 2;
  point.workload.streams = 1;
  point.workload.peak_memory = base::mebibytes(312.4);
  point.workload.compile = record::Seconds{0.412};
  point.workload.conditions = {"model cache: off", "flush-to-zero: on"};
  point.workload.parameters = 25'557'032;
  point.workload.multiply_adds = 4'089'184'256;
  const auto phase = [](const char* name, std::int64_t begin_ms, std::int64_t end_ms, record::Energy gross) {
    record::Phase made{name, {begin_ms * 1'000'000}, {end_ms * 1'000'000}, std::move(gross), {}, true};
    return made;
  };
  record::Energy too_short;
  too_short.reason = "too_short";
  point.preparation = {phase("start-up", 1000, 1052, too_short),
                       phase("compile", 1052, 1464, energy(28.8, 20.1, 41.2, record::Provenance::modelled)),
                       phase("first inference", 1470, 1479, too_short),
                       phase("ready", 1000, 1479, energy(33.5, 23.4, 47.9, record::Provenance::modelled))};
  point.stop_reason = "width";
  return point;
}

inline record::Experiment example_described_experiment() {
  record::Experiment experiment;
  experiment.id = "20261121T100000-4f2a";
  experiment.title = "five networks";
  experiment.created_at = "2026-11-21T10:00:00Z";
  experiment.finished_at = "2026-11-21T10:02:00Z";
  experiment.status = record::ExperimentStatus::done;
  experiment.seed = 42;
  experiment.plan = {{"schema", "wattlens.plan/1"},
                     {"axes", {{"model", {"resnet50", "vit_b_16"}}, {"batch", {1, 8}}}},
                     {"budget_s", 120.0}};
  auto& machine = experiment.machine;
  machine.kernel = "6.1.0";
  machine.os = "Debian 12";
  machine.cpu.vendor = "GenuineIntel";
  machine.cpu.model_name = "Example CPU @ 2.00GHz";
  machine.cpu.microarchitecture = "Sapphire Rapids";
  machine.cpu.sockets = 1;
  machine.cpu.cores = 2;
  machine.cpu.threads = 2;
  machine.cpu.usable_threads = 2;
  machine.cpu.features = {"avx2", "avx512f", "amx_bf16"};
  machine.cpu.smt = false;
  machine.memory = base::mebibytes(8192);
  machine.virtual_machine = "kvm";
  machine.load_average = 0.25;
  machine.wattlens_version = "0.1.0";
  machine.git_revision = "0123456";
  machine.build_type = "Release";
  machine.compiler = "GCC 12.2.0";
  record::Channel model;
  model.id = "cpu.package.0";
  model.kind = record::ChannelKind::model;
  model.method = "load_model";
  model.scope = "the processor, from its load";
  model.provenance = record::Provenance::modelled;
  record::Channel dram;
  dram.id = "cpu.dram.0";
  dram.reason = "absent";
  dram.hint = "no sensor shows memory in a virtual machine";
  experiment.channels = {model, dram};
  experiment.idle_before = {{"cpu.package.0", {31.2}, {{25.0}, {38.0}}}};
  experiment.idle_after = {{"cpu.package.0", {31.4}, {{25.1}, {38.2}}}};
  experiment.warnings = {{"virtual_machine", "", "this is a virtual machine: others may share its processor", ""}};
  return experiment;
}

inline record::ExperimentSummary example_summary() {
  record::ExperimentSummary summary;
  summary.experiment = example_described_experiment();
  summary.points = {example_point("resnet50", "bf16", 1, 123.4), example_point("resnet50", "bf16", 8, 214.7),
                    example_point("vit_b_16", "bf16", 1, 31.9), example_point("vit_b_16", "bf16", 8, 40.2),
                    example_point("vit_b_16", "bf16", 512, 1.0)};
  auto& points = summary.points;
  points[1].energy_per_image = energy(0.2911, 0.281, 0.302, record::Provenance::measured);
  points[1].net_energy_per_image = energy(0.1911, 0.181, 0.202, record::Provenance::measured);
  points[1].complete = false;
  points[1].warnings = {{"neighbour", "", "another process took 0.40 cores", "stop it and run again"}};
  points[2].repetitions = 3;
  points[2].images_per_s_values.resize(3);
  points[2].energy_values.resize(3);
  points[2].stop_reason = "budget";
  points[2].warnings = points[1].warnings;
  points[3].repetitions = 1;
  points[3].images_per_s_values = {40.2};
  points[3].energy_values.clear();
  points[3].stop_reason = "budget";
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  points[3].images_per_s = record::Estimate<double>{40.2, kUnknown, kUnknown};
  points[3].batch_time = record::Estimate<record::Seconds>{{0.199}, {kUnknown}, {kUnknown}};
  points[3].energy_per_image = {};
  points[3].energy_per_image.reason = "permission";
  points[3].energy_per_image.hint = "sudo chmod a+r /sys/class/powercap/*/energy_uj";
  points[3].net_energy_per_image = points[3].energy_per_image;
  auto failed = record::PointSummary();
  failed.point = points[4].point;
  failed.failed = 1;
  failed.failure = Error{ErrorKind::run_failed, "the worker ran out of memory", "use a smaller batch"};
  failed.stop_reason = "failed";
  points[4] = failed;
  summary.savings = {
      {"resnet50", "openvino", "bf16", "latency", 8, 1, record::Estimate<double>{0.61, 0.55, 0.67}, "less",
       record::Provenance::measured},
      {"vit_b_16", "openvino", "bf16", "latency", 1, 1, {}, "smallest batch is best", record::Provenance::modelled}};
  return summary;
}

}  // namespace wattlens::fake
