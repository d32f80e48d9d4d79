#include "engine/torch_engine.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/headeronly/version.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "engine/session_options.h"
#include "engine/torch_cuda.h"
#include "engine/torch_error.h"
#include "engine/torch_file.h"
#include "engine/torch_model.h"
#include "engine/torch_network.h"
#include "engine/torch_session.h"
#include "network/image_input.h"
#include "network/state_dict.h"
#include "network/weights.h"
#include "network/zoo.h"

namespace wattlens::engine {
namespace {

// Of the first processor in /proc/cpuinfo.
std::string cpuinfo_field(std::string_view text, std::string_view name) {
  for (const auto line : base::split(text, '\n')) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && base::trim(line.substr(0, colon)) == name) {
      return std::string(base::trim(line.substr(colon + 1)));
    }
  }
  return {};
}

bool has_any(std::string_view flags, std::initializer_list<std::string_view> wanted) {
  const auto words = base::split(flags, ' ');
  return std::ranges::any_of(wanted, [&](auto flag) { return std::ranges::find(words, flag) != words.end(); });
}

DeviceInfo describe_processor() {
  const auto text = base::read_text("/proc/cpuinfo").value_or("");
  DeviceInfo cpu{.id = "cpu", .name = cpuinfo_field(text, "model name"), .precisions = {"f32"}};
  if (cpu.name.empty()) cpu.name = "processor";
  const auto x86 = cpuinfo_field(text, "flags");
  const auto arm = cpuinfo_field(text, "Features");
  if (has_any(x86, {"avx512_bf16", "amx_bf16"}) || has_any(arm, {"bf16"})) cpu.precisions.emplace_back("bf16");
  if (has_any(x86, {"avx512_fp16", "amx_fp16"})) cpu.precisions.emplace_back("f16");
  return cpu;
}

Result<at::ScalarType> scalar_type(std::string_view precision) {
  if (precision == "f32" || precision == "tf32") return at::kFloat;
  if (precision == "bf16") return at::kBFloat16;
  if (precision == "f16") return at::kHalf;
  return fail(ErrorKind::usage, fmt::format("unknown precision '{}'", precision), "use f32, tf32, bf16 or f16");
}

std::string_view to_text(at::MemoryFormat format) {
  return format == at::MemoryFormat::ChannelsLast ? "channels-last" : "channels before pixels";
}

std::vector<DeviceInfo> all_devices() {
  auto devices = cuda_devices();
  devices.insert(devices.begin(), describe_processor());
  return devices;
}

at::Device torch_device(const std::string& id) {
  if (id == "cpu") return at::kCPU;
  const auto index = base::parse_integer(std::string_view(id).substr(id.find('.') + 1)).value_or(0);
  return {at::kCUDA, static_cast<at::DeviceIndex>(index)};
}

// Up to this batch, launching the kernels one by one may take longer than running them.
constexpr std::int64_t kLargestBatchOfGraph = 16;

class TorchEngine final : public Engine {
 public:
  explicit TorchEngine(TorchOptions options)
      : options_(std::move(options)),
        version_(TORCH_VERSION),
        // Before any thread of LibTorch's: they inherit it.
        flush_to_zero_(at::globalContext().setFlushDenormal(true)),
        default_threads_(at::get_num_threads()),
        devices_(all_devices()) {}

  std::string_view name() const override { return "libtorch"; }
  std::string_view version() const override { return version_; }
  std::vector<DeviceInfo> devices() const override { return devices_; }

  Result<std::unique_ptr<Session>> compile(const ModelSource& source, const SessionOptions& options) override {
    const base::SystemClock clock;
    const auto begin = clock.now();
    WATTLENS_TRY(const auto type, scalar_type(options.precision));
    WATTLENS_CHECK(check_options(options));
    WATTLENS_TRY(const auto device, find_device(options.device));
    WATTLENS_CHECK(check_native(device, options.precision));

    TorchRun run{.placement = {.device = torch_device(device.id), .type = type},
                 .info = describe(device, options),
                 .any_batch = options.any_batch};
    WATTLENS_CHECK(load(source, options, run));
    if (options.any_batch) run.info.conditions.push_back(fmt::format("batch: any up to {}", options.batch));
    run.info.conditions.push_back(fmt::format("memory format: {}", to_text(run.placement.format)));
    if (!run.placement.device.is_cpu()) {
      allow_tf32(options.precision == "tf32");
      const bool as_graph = run.info.streams == 1 && !options.any_batch && options.batch <= kLargestBatchOfGraph;
      if (as_graph) run.model = as_cuda_graph(std::move(run.model));
      run.info.conditions.push_back(fmt::format("CUDA graph: {}", as_graph ? "on" : "off"));
    }
    run.info.compile = clock.now() - begin;
    return start_torch_session(std::move(run));
  }

 private:
  Result<DeviceInfo> find_device(const std::string& device) const {
    std::vector<std::string> ids;
    for (const auto& info : devices_) {
      if (info.id == device || info.id == device + ".0") return info;
      ids.push_back(info.id);
    }
    return fail(ErrorKind::usage, fmt::format("LibTorch has no device '{}' here", device),
                fmt::format("it has: {}", fmt::join(ids, ", ")));
  }

  static Result<void> load(const ModelSource& source, const SessionOptions& options, TorchRun& run) {
    if (source.network.empty()) {
      WATTLENS_TRY(auto file, load_torch_file(source.file, run.placement, run.info.input_shape, run.info.streams));
      run.model = std::move(file.model);
      run.placement = file.placement;
      run.operators = std::move(file.operators);
      run.info.conditions.insert(run.info.conditions.end(), file.conditions.begin(), file.conditions.end());
      return {};
    }
    run.info.conditions.emplace_back("execution: eager, nothing fused");
    const network::NetworkOptions wanted{.image_size = options.image_size, .classes = source.classes};
    WATTLENS_TRY(auto graph, network::build(source.network, wanted));
    WATTLENS_TRY(const auto weights, source.file.empty() ? network::initialise(graph, source.seed)
                                                         : network::load_weights(graph, source.file));
    run.operators = operators_of(graph, options.batch);
    const auto doing = fmt::format("cannot prepare {}", source.network);
    return without_torch_exceptions(doing, ErrorKind::run_failed, [&]() -> Result<void> {
      run.model = make_torch_network(std::move(graph), weights, run.placement);
      return {};
    });
  }

  // Under the throughput hint every thread of the processor runs batches of its own; a GPU has the next batch waiting.
  record::WorkloadInfo describe(const DeviceInfo& device, const SessionOptions& options) const {
    record::WorkloadInfo info;
    info.engine_version = version_;
    info.device_name = device.name;
    info.execution_precision = options.precision;
    info.input_shape = {options.batch, 3, options.image_size, options.image_size};
    info.input_layout = network::to_string(network::ImageLayout::nchw);
    info.threads = options.threads > 0 ? options.threads : default_threads_;
    const bool on_processor = device.id == "cpu";
    info.streams = options.hint != "throughput" ? 1 : on_processor ? info.threads : 2;
    at::set_num_threads(static_cast<int>(on_processor && info.streams > 1 ? 1 : info.threads));
    info.conditions = {fmt::format("oneDNN: {}", at::hasMKLDNN() ? "on" : "off"),
                       fmt::format("allocator: {}", options_.allocator),
                       fmt::format("flush-to-zero: {}", flush_to_zero_ ? "on" : "off"),
                       fmt::format("streams: {}", info.streams),
                       "images: converted to the model's precision before they are timed",
                       "model cache: off"};
    return info;
  }

  TorchOptions options_;
  std::string version_;
  bool flush_to_zero_;
  std::int64_t default_threads_;
  std::vector<DeviceInfo> devices_;
};

}  // namespace

Result<std::unique_ptr<Engine>> open_torch(const TorchOptions& options) {
  const auto* const doing = "cannot start LibTorch";
  return without_torch_exceptions(doing, ErrorKind::not_measurable, [&]() -> Result<std::unique_ptr<Engine>> {
    return std::make_unique<TorchEngine>(options);
  });
}

}  // namespace wattlens::engine
