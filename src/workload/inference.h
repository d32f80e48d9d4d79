// Inference of one model at one point of a plan, in a worker process of its own.
//
// Images are seeded N(0, 1) numbers, all different, or real ones (image_input.h). For the output check of a built-in
// network the batch holds copies of the few images whose outputs are known, so that every row of every batch in flight
// is compared. The outputs that a model file must give may lie beside it, in FILE.reference.json (docs/models.md).
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "worker/client.h"
#include "workload/image_input.h"
#include "workload/reference_outputs.h"
#include "workload/work_progress.h"
#include "workload/workload.h"

namespace wattlens::workload {

struct InferenceOptions {
  record::PlanPoint point;
  worker::EngineLocation engine;
  worker::ClientOptions client;  // memory budget, deadlines
  base::Path weights;            // a .safetensors state dict for a built-in network; empty: seeded weights
  base::Path model_cache;        // a folder; empty: no cache
  std::int64_t classes = 1000;   // of a built-in network
  std::string_view (*references)(std::string_view network) = embedded_references;
  ImageInput* images = nullptr;      // real images in place of seeded numbers; outlives the workload
  WorkProgress* progress = nullptr;  // told of every batch, where it is there; outlives the workload
};

// Whether a plan's model is the path of a file, not the name of a built-in network.
bool is_model_file(std::string_view model);

// Where the outputs that a model file must give are looked for: FILE.reference.json.
base::Path reference_file_of(const base::Path& model);

// What the worker is asked to compile.
worker::CompileRequest compile_request(const InferenceOptions& options);

// Not thread-safe; prepare() and the rest belong on one thread, which outlives the workload (worker/client.h).
class InferenceWorkload final : public Workload {
 public:
  // `clock` and `cancellation` must outlive the workload.
  InferenceWorkload(InferenceOptions options, const base::Clock& clock, const base::Cancellation& cancellation)
      : options_(std::move(options)), clock_(clock), cancellation_(cancellation) {}

  record::WorkloadInfo describe() const override { return info_; }
  Result<void> prepare() override;
  std::vector<record::Phase> preparation() const override { return preparation_; }
  Result<record::OutputCheck> check_output() override;
  Result<WorkDone> run(const WindowRequest& request) override;

 private:
  Result<void> load_references();
  Result<void> load_references_of_file();
  Result<void> count_cost();
  const ReferenceOutputs* reference_at(std::int64_t image_size) const;
  const ReferenceOutputs& nearest_reference() const;
  Result<std::vector<float>> outputs();
  Result<std::vector<float>> outputs_elsewhere(const worker::CompileRequest& request);
  Result<record::OutputCheck> check_against_references(const std::vector<float>& outputs);
  Result<record::OutputCheck> check_against_f32(const std::vector<float>& outputs);
  Result<record::OutputCheck> check_repeatable(const std::vector<float>& outputs);
  Result<void> set_input(std::int64_t distinct);
  Result<WorkDone> serve(const ServingRequest& request, base::Seconds usual_batch);
  bool any_batch() const { return !options_.point.policy.empty(); }
  Result<void> run_each_smaller_size();
  Result<record::OutputCheck> check_smaller_batch(const std::vector<float>& outputs);
  void leave_out(const std::vector<std::string>& images);
  Result<void> set_window_input(Preprocessing preprocessing);
  base::Seconds usual_batch(Preprocessing preprocessing) const;
  Result<void> add_accuracy();
  Result<worker::TimedBatches> run_batches(const worker::RunRequest& request,
                                           std::optional<base::Seconds> usual_batch = std::nullopt);

  InferenceOptions options_;
  const base::Clock& clock_;
  const base::Cancellation& cancellation_;
  std::vector<ReferenceOutputs> references_;  // where they hold for the model's weights
  std::unique_ptr<worker::Client> client_;
  record::WorkloadInfo info_;
  std::vector<record::Phase> preparation_;
  std::int64_t slots_ = 0;
  std::int64_t distinct_ = 0;                // different seeded images in the input that is set; 0: none is
  std::optional<Preprocessing> images_set_;  // real ones are
};

}  // namespace wattlens::workload
