#include "workload/inference.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "network/operator_cost.h"
#include "record/model_name.h"
#include "workload/output_check.h"

namespace wattlens::workload {
namespace {

constexpr std::uint64_t kSeed = 0;  // of weights and images: the reference outputs belong to it
constexpr worker::RunRequest kOneBatch{base::Seconds{0}, 1, std::nullopt};

}  // namespace

bool is_model_file(std::string_view model) {
  const record::ModelName name = record::parse_model_name(model);
  return name.network.empty() && !name.file.empty();
}

base::Path reference_file_of(const base::Path& model) {
  base::Path file = model;
  file += ".reference.json";
  return file;
}

worker::CompileRequest compile_request(const InferenceOptions& options) {
  const auto& point = options.point;
  worker::CompileRequest request;
  if (is_model_file(point.model)) {
    request.source.file = point.model;
  } else {
    request.source.network = point.model;
    request.source.file = options.weights;
  }
  request.source.seed = kSeed;
  request.source.classes = options.classes;
  request.options.device = point.device;
  request.options.precision = point.precision;
  request.options.hint = point.hint;
  request.options.batch = point.batch;
  request.options.any_batch = !options.point.policy.empty();
  request.options.image_size = point.image_size;
  request.options.threads = point.threads;
  request.options.model_cache = options.model_cache;
  return request;
}

Result<void> InferenceWorkload::load_references() {
  references_.clear();
  if (is_model_file(options_.point.model)) return load_references_of_file();
  if (!options_.weights.empty() || options_.classes != 1000) return {};
  const std::string_view text = options_.references(options_.point.model);
  if (text.empty()) return {};
  WATTLENS_TRY(references_, parse_references(text));
  return {};
}

// Those of another image size say nothing of this point: a file may be made for one size alone.
Result<void> InferenceWorkload::load_references_of_file() {
  const base::Path file = reference_file_of(options_.point.model);
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return {};
  WATTLENS_TRY(const std::string text, base::read_text(file));
  auto references = parse_references(text);
  if (!references) {
    return fail(ErrorKind::usage,
                fmt::format("{} holds no reference outputs: {}", file.string(), references.error().message),
                "make it again with tools/export_timm.py, or remove it");
  }
  std::erase_if(*references,
                [&](const ReferenceOutputs& outputs) { return outputs.image_size != options_.point.image_size; });
  references_ = std::move(*references);
  return {};
}

// Of the compiled batch, from the operators as they were read; what the engine does not tell stays unknown.
Result<void> InferenceWorkload::count_cost() {
  WATTLENS_TRY(const auto operators, client_->operators());
  if (operators.empty()) return {};
  const network::ModelCost cost = network::cost(operators);
  info_.multiply_adds = cost.multiply_adds / options_.point.batch;
  info_.not_counted = cost.not_counted;
  if (cost.parameters > 0) info_.parameters = cost.parameters;
  return {};
}

const ReferenceOutputs* InferenceWorkload::reference_at(std::int64_t image_size) const {
  const auto found = std::ranges::find(references_, image_size, &ReferenceOutputs::image_size);
  return found == references_.end() ? nullptr : &*found;
}

const ReferenceOutputs& InferenceWorkload::nearest_reference() const {
  return *std::ranges::min_element(references_, {}, [&](const ReferenceOutputs& reference) {
    return std::abs(reference.image_size - options_.point.image_size);
  });
}

Result<void> InferenceWorkload::set_input(std::int64_t distinct) {
  const std::int64_t wanted = std::min(distinct, options_.point.batch);
  if (distinct_ == wanted) return {};
  distinct_ = 0;
  images_set_.reset();
  WATTLENS_CHECK(client_->set_input(worker::SeededInput{kSeed, wanted}));
  distinct_ = wanted;
  return {};
}

Result<void> InferenceWorkload::set_window_input(Preprocessing preprocessing) {
  if (options_.images == nullptr) {
    if (preprocessing == Preprocessing::outside) return set_input(options_.point.batch);
    return fail(ErrorKind::internal, "images are to be preprocessed, and there are none");
  }
  if (images_set_ == preprocessing) return {};
  distinct_ = 0;
  images_set_.reset();
  if (preprocessing == Preprocessing::outside) {
    WATTLENS_CHECK(set_images(*client_, *options_.images, options_.point, info_));
  } else {
    WATTLENS_CHECK(client_->set_input(folder_input(*options_.images, preprocessing == Preprocessing::alone)));
  }
  images_set_ = preprocessing;
  return {};
}

// Of which a hang takes many. A picture may have many megapixels.
base::Seconds InferenceWorkload::usual_batch(Preprocessing preprocessing) const {
  constexpr base::Seconds kImage{0.2};
  const base::Seconds model = info_.first_inference.value_or(base::Seconds{1.0});
  return preprocessing == Preprocessing::outside ? model : model + static_cast<double>(options_.point.batch) * kImage;
}

// Once for a point: a model that had to leave memory and comes back gives the same outputs.
Result<void> InferenceWorkload::add_accuracy() {
  ImageInput& images = *options_.images;
  const auto known = images.accuracies.find(options_.point.id);
  if (known != images.accuracies.end()) {
    info_.accuracy = known->second;
    return {};
  }
  distinct_ = 0;
  images_set_.reset();
  WATTLENS_TRY(info_.accuracy, measure_accuracy(*client_, images, options_.point, info_, cancellation_));
  images.accuracies.emplace(options_.point.id, *info_.accuracy);
  return {};
}

// An engine prepares itself for every size of batch when it first meets it. The powers of two are met before anything
// is timed; those between them are met as they come.
Result<void> InferenceWorkload::run_each_smaller_size() {
  for (std::int64_t images = 1; images < options_.point.batch; images *= 2) {
    WATTLENS_CHECK(run_batches({base::Seconds{0}, 1, images}));
  }
  return {};
}

Result<worker::TimedBatches> InferenceWorkload::run_batches(const worker::RunRequest& request,
                                                            std::optional<base::Seconds> usual_batch) {
  WorkProgress* progress = options_.progress;
  const std::int64_t images = request.images.value_or(options_.point.batch);
  if (progress != nullptr) progress->begin(client_->stamps(), images, clock_.now());
  auto batches = client_->run(request, usual_batch);
  if (progress != nullptr) progress->end(clock_.now());
  return batches;
}

Result<void> InferenceWorkload::prepare() {
  WATTLENS_CHECK(load_references());
  preparation_.clear();
  const base::MonoTime start = clock_.now();
  if (options_.images != nullptr) {
    base::Bytes& memory = options_.client.shared_memory;
    memory = std::max(memory, bytes_of_batch(options_.point));
  }
  WATTLENS_TRY(client_, worker::Client::start(options_.engine, options_.client, clock_, cancellation_));
  const base::MonoTime started = clock_.now();
  WATTLENS_TRY(const auto compiled, client_->compile(compile_request(options_)));
  const base::MonoTime compiled_at = clock_.now();
  slots_ = compiled.slots;
  const ReferenceOutputs* reference = reference_at(options_.point.image_size);
  distinct_ = 0;
  images_set_.reset();
  WATTLENS_CHECK(set_input(reference != nullptr ? std::ssize(reference->logits) : options_.point.batch));
  if (any_batch()) WATTLENS_CHECK(run_each_smaller_size());
  WATTLENS_TRY(const auto first, run_batches(kOneBatch));
  const base::MonoTime done = first.completions.front();
  preparation_ = {{"start-up", start, started},
                  {"compile", started, compiled_at},
                  {"first inference", first.begin, done},
                  {"ready", start, done}};
  WATTLENS_TRY(info_, client_->describe());
  info_.start_up = client_->start_up();
  info_.first_inference = done - first.begin;
  if (options_.images != nullptr) info_.conditions.push_back(condition_of(*options_.images));
  return count_cost();
}

// Of all batches in flight, one after the other.
Result<std::vector<float>> InferenceWorkload::outputs() {
  std::vector<float> all;
  for (std::int64_t slot = 0; slot < slots_; ++slot) {
    WATTLENS_TRY(const auto output, client_->output(slot));
    if (output.shape.empty() || output.shape.front() != options_.point.batch) {
      return fail(ErrorKind::run_failed,
                  fmt::format("the model gives {} rows for a batch of {} images",
                              output.shape.empty() ? 1 : output.shape.front(), options_.point.batch),
                  "only models with one row of outputs per image can be measured");
    }
    all.insert(all.end(), output.values.begin(), output.values.end());
  }
  return all;
}

// Of the first slot of another compilation, in a process that ends at once: nothing of it stays in the measured one.
Result<std::vector<float>> InferenceWorkload::outputs_elsewhere(const worker::CompileRequest& request) {
  WATTLENS_TRY(const auto other, worker::Client::start(options_.engine, options_.client, clock_, cancellation_));
  WATTLENS_CHECK(other->compile(request));
  WATTLENS_CHECK(other->set_input(worker::SeededInput{kSeed, 0}));
  WATTLENS_CHECK(other->run(kOneBatch));
  WATTLENS_TRY(auto output, other->output(0));
  return std::move(output.values);
}

Result<record::OutputCheck> InferenceWorkload::check_output() {
  if (!client_) return fail(ErrorKind::internal, "check_output() before prepare()");
  WATTLENS_TRY(const auto found, outputs());
  auto check = check_finite(found, {});
  if (check.status != record::CheckStatus::failed) {
    if (!references_.empty()) {
      WATTLENS_TRY(check, check_against_references(found));
    } else if (options_.point.precision != "f32") {
      WATTLENS_TRY(check, check_against_f32(found));
    } else {
      WATTLENS_TRY(check, check_repeatable(found));
    }
  }
  if (any_batch() && check.status != record::CheckStatus::failed) {
    WATTLENS_TRY(const auto smaller, check_smaller_batch(found));
    if (smaller.status == record::CheckStatus::failed) check = smaller;
  }
  const bool labels = options_.images != nullptr && options_.images->labels;
  if (labels && check.status != record::CheckStatus::failed) WATTLENS_CHECK(add_accuracy());
  WATTLENS_CHECK(set_window_input(Preprocessing::outside));
  return check;
}

// A row must not depend on how many others there are: models whose file fixes a batch have been seen to mix them.
Result<record::OutputCheck> InferenceWorkload::check_smaller_batch(const std::vector<float>& outputs) {
  const std::int64_t images = (options_.point.batch + 1) / 2;
  WATTLENS_CHECK(run_batches({base::Seconds{0}, 1, images}));
  WATTLENS_TRY(const auto smaller, client_->output(0));
  const std::size_t row = outputs.size() / static_cast<std::size_t>(options_.point.batch * slots_);
  const std::size_t expected = row * static_cast<std::size_t>(images);
  if (smaller.values.size() != expected) {
    return fail(
        ErrorKind::run_failed,
        fmt::format("a batch of {} images gave {} numbers, {} were expected", images, smaller.values.size(), expected),
        "export the model with a free batch");
  }
  return compare_outputs(smaller.values, std::span(outputs).first(expected), row,
                         tolerance_of(options_.point.precision), "the rows of the largest batch");
}

Result<record::OutputCheck> InferenceWorkload::check_against_references(const std::vector<float>& outputs) {
  const auto& point = options_.point;
  if (const ReferenceOutputs* reference = reference_at(point.image_size)) {
    const std::string name = is_model_file(point.model) ? reference_file_of(point.model).filename().string()
                                                        : std::string("PyTorch in float64");
    return compare_with(*reference, outputs, point.batch, point.precision, name);
  }
  const ReferenceOutputs& reference = nearest_reference();
  worker::CompileRequest request = compile_request(options_);
  request.options.image_size = reference.image_size;
  request.options.batch = std::min(point.batch, std::ssize(reference.logits));
  WATTLENS_TRY(const auto elsewhere, outputs_elsewhere(request));
  return compare_with(reference, elsewhere, request.options.batch, point.precision,
                      fmt::format("PyTorch in float64 at {} px (none is kept for {} px, where the outputs are finite)",
                                  reference.image_size, point.image_size));
}

Result<record::OutputCheck> InferenceWorkload::check_against_f32(const std::vector<float>& outputs) {
  worker::CompileRequest request = compile_request(options_);
  request.options.precision = "f32";
  WATTLENS_TRY(const auto reference, outputs_elsewhere(request));
  std::vector<float> of_all_slots;
  for (std::int64_t slot = 0; slot < slots_; ++slot) {
    of_all_slots.insert(of_all_slots.end(), reference.begin(), reference.end());
  }
  return compare_outputs(outputs, of_all_slots, reference.size() / static_cast<std::size_t>(options_.point.batch),
                         tolerance_of(options_.point.precision),
                         fmt::format("the same model in f32 by {}", options_.engine.name));
}

// Nothing is known of the model: at least it gives finite numbers, and the same ones again.
Result<record::OutputCheck> InferenceWorkload::check_repeatable(const std::vector<float>& outputs) {
  WATTLENS_CHECK(run_batches(kOneBatch));
  WATTLENS_TRY(const auto again, this->outputs());
  const std::size_t row = outputs.size() / static_cast<std::size_t>(options_.point.batch * slots_);
  auto check = compare_outputs(again, outputs, row, tolerance_of("f32"), "the first outputs of the same model");
  if (check.status == record::CheckStatus::failed) return check;
  const bool constant = std::ranges::adjacent_find(outputs, std::not_equal_to{}) == outputs.end();
  check = {};
  check.reference = constant && outputs.size() > 1 ? "no reference for this model; its outputs are all equal"
                                                   : "no reference for this model; its outputs are finite and repeat";
  return check;
}

Result<WorkDone> InferenceWorkload::run(const WindowRequest& request) {
  if (!client_) return fail(ErrorKind::internal, "run() before prepare()");
  WATTLENS_CHECK(set_window_input(request.preprocessing));
  const base::Seconds usual = usual_batch(request.preprocessing);
  if (request.serving) return serve(*request.serving, usual);
  WATTLENS_TRY(auto batches,
               run_batches({request.duration, std::max<std::int64_t>(1, request.min_batches), request.images}, usual));
  if (batches.peak_memory.value > 0) info_.peak_memory = batches.peak_memory;
  leave_out(batches.left_out);
  const std::int64_t images = std::ssize(batches.completions) * request.images.value_or(options_.point.batch);
  return WorkDone{batches.begin, batches.end, std::move(batches.completions), images};
}

void InferenceWorkload::leave_out(const std::vector<std::string>& images) {
  if (options_.images != nullptr) options_.images->left_out.insert(images.begin(), images.end());
}

Result<WorkDone> InferenceWorkload::serve(const ServingRequest& request, base::Seconds usual_batch) {
  std::vector<std::int64_t> arrivals;
  if (serving::is_open_loop(request.arrivals)) {
    WATTLENS_TRY(arrivals, serving::schedule(request.arrivals, request.requests, request.seed));
  }
  const worker::ServeRequest asked{request.policy, request.requests, request.arrivals.clients};
  WorkProgress* progress = options_.progress;
  if (progress != nullptr) progress->begin_serving(client_->clear_records(request.requests), clock_.now());
  const auto answer = client_->serve(asked, arrivals, usual_batch);
  if (progress != nullptr) progress->end(clock_.now());
  WATTLENS_TRY(const auto served, answer);
  if (served.peak_memory.value > 0) info_.peak_memory = served.peak_memory;
  leave_out(served.left_out);
  WorkDone done{.begin = served.begin, .end = served.batches.back().end, .images = request.requests};
  const auto since_begin = [&](base::MonoTime time) { return (time.ns - served.begin.ns) / 1000; };
  record::Served& record = done.served.emplace();
  for (const std::int64_t arrival : served.arrivals_ns) record.arrival_us.push_back(arrival / 1000);
  for (const worker::ServedBatch& batch : served.batches) {
    record.due_us.push_back(since_begin(batch.due));
    record.begin_us.push_back(since_begin(batch.begin));
    record.end_us.push_back(since_begin(batch.end));
    record.sizes.push_back(batch.images);
    done.completions.push_back(batch.end);
  }
  return done;
}

}  // namespace wattlens::workload
