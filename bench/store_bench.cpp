// What storing costs: a million samples of one channel as blobs and as plain rows, interleaved; reading them back; and
// listing 10,000 runs. Prints medians with their spread as JSON (docs/benchmarks.md).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "cli/listing_tables.h"
#include "report/machine_formats.h"
#include "store/sqlite_store.h"
#include "store/sqlite_store_database.h"

namespace {

using namespace wattlens;  // NOLINT(google-build-using-namespace): a program of one file

constexpr std::size_t kSamples = 1'000'000;
constexpr std::int64_t kExperiments = 100;
constexpr std::int64_t kRunsPerExperiment = 100;
constexpr int kRounds = 7;

// Aborts with the error: a benchmark that fails has no result.
template <class T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}\n", result.error().message);
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// A counter polled at `rate_hz` with jitter, under 50 W that vary by 5 % from sample to sample: noise, which nothing
// can compress, beside what can be.
record::Samples noisy_counter(double rate_hz) {
  base::Random random(11);
  record::Samples samples;
  samples.channels = {"cpu.package.0"};
  samples.values.resize(1);
  double energy_uj = 0.0;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const double time_us = 1e6 / rate_hz * static_cast<double>(i) + 40.0 + 15.0 * std::abs(random.normal());
    samples.time_us.push_back(static_cast<std::int64_t>(time_us));
    samples.bracket_us.push_back(static_cast<std::uint8_t>(3 + random.below(6)));
    energy_uj += 50e6 / rate_hz * (1.0 + 0.05 * random.normal());
    samples.values[0].push_back(static_cast<std::int64_t>(energy_uj));
  }
  return samples;
}

record::Experiment experiment(const std::string& id) {
  record::Experiment experiment;
  experiment.id = id;
  experiment.created_at = id;
  experiment.machine.cpu.model_name = "Example CPU";
  record::PlanPoint point;
  point.id = "point";
  point.model = "resnet50";
  experiment.points.push_back(point);
  experiment.order.assign(static_cast<std::size_t>(kRunsPerExperiment), point.id);
  return experiment;
}

record::Run run(const record::Experiment& experiment, std::int64_t order) {
  record::Run run;
  run.id = fmt::format("{}/{}", experiment.id, order);
  run.experiment = experiment.id;
  run.order = order;
  run.point = "point";
  record::Window window;
  window.end = {2'000'000'000};
  window.images = 400;
  window.batch_us.assign(400, 5000);
  window.total.value = base::Joules{100.0};
  window.total.provenance = record::Provenance::modelled;
  run.windows.push_back(window);
  return run;
}

double seconds_of(const std::function<void()>& work) {
  const base::SystemClock clock;
  const auto begin = clock.now();
  work();
  return (clock.now() - begin).value;
}

base::Json spread(std::vector<double> values) {
  std::ranges::sort(values);
  return {{"median", values[values.size() / 2]}, {"least", values.front()}, {"most", values.back()}};
}

struct Folder {
  base::Path path;
  explicit Folder(const base::Path& where) : path(where / "wattlens-store-bench") {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

// Opening, storing and closing, which moves the log into the file.
double store_as_blobs(const base::Path& file, const record::Samples& samples, double& bytes_per_sample) {
  std::filesystem::remove(file);
  auto one = run(experiment("e"), 0);
  one.samples = samples;
  auto store = must(store::SqliteStore::open(file));
  must(store->begin(experiment("e")));
  const double seconds = seconds_of([&] { must(store->add(one)); });
  const auto read = [&] { return must(store->load_runs("e", store::WithSamples::yes)); };
  if (read().front().samples.values != samples.values) std::exit(2);
  store.reset();
  one.samples = {};
  bytes_per_sample = static_cast<double>(std::filesystem::file_size(file)) / kSamples;
  return seconds;
}

double read_blobs(const base::Path& file) {
  const auto store = must(store::SqliteStore::open(file));
  return seconds_of([&] { must(store->load_runs("e", store::WithSamples::yes)); });
}

double store_as_rows(const base::Path& file, const record::Samples& samples, double& bytes_per_sample) {
  std::filesystem::remove(file);
  auto database = must(store::Database::open(file, store::Database::Mode::create, base::Seconds{1.0}));
  must(database->use_write_ahead_log());
  must(database->execute("CREATE TABLE samples (run INTEGER, time_us INTEGER, bracket_us INTEGER, value INTEGER)"));
  const double seconds = seconds_of([&] {
    must(database->transaction([&]() -> Result<void> {
      WATTLENS_TRY(auto row, database->prepare("INSERT INTO samples VALUES (1, ?, ?, ?)"));
      for (std::size_t i = 0; i < kSamples; ++i) {
        row.bind(1, samples.time_us[i]).bind(2, std::int64_t{samples.bracket_us[i]});
        WATTLENS_CHECK(row.bind(3, samples.values[0][i]).run());
      }
      return {};
    }));
  });
  database.reset();
  bytes_per_sample = static_cast<double>(std::filesystem::file_size(file)) / kSamples;
  return seconds;
}

base::Json samples_result(const base::Path& folder, double rate_hz) {
  const record::Samples samples = noisy_counter(rate_hz);
  std::vector<double> blobs;
  std::vector<double> rows;
  std::vector<double> reads;
  std::vector<double> ratios;
  double blob_bytes = 0.0;
  double row_bytes = 0.0;
  for (int round = 0; round < kRounds; ++round) {
    blobs.push_back(store_as_blobs(folder / "blobs.db", samples, blob_bytes));
    rows.push_back(store_as_rows(folder / "rows.db", samples, row_bytes));
    reads.push_back(read_blobs(folder / "blobs.db"));
    ratios.push_back(rows.back() / blobs.back());
  }
  return {{"rate_hz", rate_hz},
          {"store_s", spread(blobs)},
          {"read_s", spread(reads)},
          {"bytes_per_sample", blob_bytes},
          {"rows_store_s", spread(rows)},
          {"rows_bytes_per_sample", row_bytes},
          {"rows_time_over_blobs_time", spread(ratios)}};
}

base::Json list_result(const base::Path& file) {
  {
    auto store = must(store::SqliteStore::open(file));
    for (std::int64_t e = 0; e < kExperiments; ++e) {
      const auto one = experiment(fmt::format("20261121T{:06}-0000", e));
      must(store->begin(one));
      for (std::int64_t order = 0; order < kRunsPerExperiment; ++order) must(store->add(run(one, order)));
      must(store->end(one));
    }
  }
  std::vector<double> experiments;
  std::vector<double> runs;
  for (int round = 0; round < kRounds; ++round) {
    const auto list = [&](bool each_run) {
      const auto store = must(store::SqliteStore::open(file, {.access = store::Access::read}));
      auto table = each_run ? cli::runs_table(must(store->list_runs()))
                            : cli::experiments_table(must(store->list_experiments()));
      if (report::in_format(std::move(table), report::Format::table, {}, "", "").empty()) std::exit(2);
    };
    experiments.push_back(seconds_of([&] { list(false); }));
    runs.push_back(seconds_of([&] { list(true); }));
  }
  return {{"runs", kExperiments * kRunsPerExperiment},
          {"list_experiments_s", spread(experiments)},
          {"list_every_run_s", spread(runs)}};
}

}  // namespace

int main(int argc, char** argv) {
  const Folder folder(argc > 1 ? base::Path(argv[1]) : std::filesystem::temp_directory_path());
  const base::Json result = {{"samples", {samples_result(folder.path, 100.0), samples_result(folder.path, 1000.0)}},
                             {"list", list_result(folder.path / "list.db")}};
  fmt::print("{}\n", base::to_pretty_text(result));
}
