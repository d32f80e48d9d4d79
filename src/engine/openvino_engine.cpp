#include "engine/openvino_engine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <openvino/openvino.hpp>
#include <openvino/runtime/intel_cpu/properties.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <utility>

#include "engine/model_cache.h"
#include "engine/openvino_error.h"
#include "engine/openvino_model.h"
#include "engine/openvino_session.h"
#include "engine/session_options.h"

namespace wattlens::engine {
namespace {

struct Precision {
  std::string name;
  ov::element::Type type;
  std::string capability;  // in ov::device::capabilities where the device computes in it natively
};

std::vector<Precision> all_precisions() {
  return {{"f32", ov::element::f32, ov::device::capability::FP32},
          {"bf16", ov::element::bf16, ov::device::capability::BF16},
          {"f16", ov::element::f16, ov::device::capability::FP16}};
}

Result<Precision> find_precision(std::string_view name) {
  for (auto& precision : all_precisions()) {
    if (precision.name == name) return std::move(precision);
  }
  return fail(ErrorKind::usage, fmt::format("unknown precision '{}'", name), "use f32, bf16 or f16");
}

std::string changed_case(std::string_view text, int (*change)(int)) {
  std::string changed(text);
  std::ranges::transform(changed, changed.begin(), [change](unsigned char c) { return static_cast<char>(change(c)); });
  return changed;
}

// "gpu.0" is "GPU.0" in OpenVINO.
std::string openvino_name(std::string_view device) { return changed_case(device, std::toupper); }
std::string wattlens_name(std::string_view device) { return changed_case(device, std::tolower); }

// A graphics processor shows itself as a device file; without one, asking for it would load OpenVINO's driver in vain.
bool may_have_gpu() {
  std::error_code error;
  return std::filesystem::exists("/dev/dri", error);
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

std::string on_or_off(bool value) { return value ? "on" : "off"; }

class OpenvinoEngine final : public Engine {
 public:
  explicit OpenvinoEngine(OpenvinoOptions options)
      : options_(std::move(options)), version_(ov::get_openvino_version().buildNumber) {}

  std::string_view name() const override { return "openvino"; }
  std::string_view version() const override { return version_; }

  std::vector<DeviceInfo> devices() const override {
    using Ids = Result<std::vector<std::string>>;
    const auto ids = without_exceptions("cannot list the devices", ErrorKind::not_measurable, [&]() -> Ids {
      return may_have_gpu() ? core_.get_available_devices() : std::vector<std::string>{"CPU"};
    });
    std::vector<DeviceInfo> found;
    if (!ids) return found;
    for (const auto& id : *ids) {
      if (!id.starts_with("CPU") && !id.starts_with("GPU")) continue;
      if (auto device = describe_device(id)) found.push_back(std::move(*device));  // else compile() tells why not
    }
    return found;
  }

  Result<std::unique_ptr<Session>> compile(const ModelSource& source, const SessionOptions& options) override {
    const base::SystemClock clock;
    const auto begin = clock.now();
    WATTLENS_TRY(const auto precision, find_precision(options.precision));
    WATTLENS_CHECK(check_options(options));
    WATTLENS_TRY(const auto device, find_device(options.device));
    WATTLENS_CHECK(check_native(device, options.precision));
    if (!options.model_cache.empty()) WATTLENS_CHECK(open_model_cache(options.model_cache));
    WATTLENS_TRY(auto loaded, load_model(source, options));

    const auto cached = cached_models(options.model_cache);
    const auto id = openvino_name(device.id);
    const auto doing = fmt::format("cannot compile the model for {}", device.id);
    using Compiled = Result<ov::CompiledModel>;
    WATTLENS_TRY(auto compiled, without_exceptions(doing, ErrorKind::run_failed, [&]() -> Compiled {
                   return core_.compile_model(loaded.model, id, properties(id, precision, options));
                 }));
    loaded.model.reset();  // its weights are now in the compiled model, in the layout that the device wants
    const bool cache_changed = cached_models(options.model_cache) != cached;
    if (!options.model_cache.empty()) trim_model_cache(options.model_cache, options_.model_cache_limit);

    WATTLENS_TRY(auto info, describe(compiled, device, options, cache_changed, std::move(loaded.conditions)));
    info.compile = clock.now() - begin;
    info.input_shape = {options.batch, loaded.input.channels, options.image_size, options.image_size};
    info.input_layout = network::to_string(loaded.input.layout);
    return start_session(
        compiled, options.hint == "throughput",
        {std::move(info), std::move(loaded.operators), loaded.input.layout, loaded.output, options.any_batch});
  }

 private:
  Result<DeviceInfo> describe_device(const std::string& id) const {
    const auto doing = fmt::format("cannot use {}", id);
    return without_exceptions(doing, ErrorKind::not_measurable, [&]() -> Result<DeviceInfo> {
      DeviceInfo info{.id = wattlens_name(id), .name = core_.get_property(id, ov::device::full_name), .precisions = {}};
      const auto capabilities = core_.get_property(id, ov::device::capabilities);
      for (const auto& precision : all_precisions()) {
        if (contains(capabilities, precision.capability)) info.precisions.push_back(precision.name);
      }
      return info;
    });
  }

  Result<DeviceInfo> find_device(const std::string& device) const {
    if (device == "cpu") return describe_device("CPU");
    std::vector<std::string> ids;
    for (auto& info : devices()) {
      if (info.id == device || info.id == device + ".0") return std::move(info);
      ids.push_back(info.id);
    }
    return fail(ErrorKind::usage, fmt::format("OpenVINO has no device '{}' here", device),
                fmt::format("it has: {}", fmt::join(ids, ", ")));
  }

  static ov::AnyMap properties(const std::string& device, const Precision& precision, const SessionOptions& options) {
    ov::AnyMap map{ov::hint::performance_mode(options.hint == "latency" ? ov::hint::PerformanceMode::LATENCY
                                                                        : ov::hint::PerformanceMode::THROUGHPUT),
                   ov::hint::inference_precision(precision.type)};
    if (device.starts_with("CPU")) map.insert(ov::intel_cpu::denormals_optimization(true));
    if (device.starts_with("CPU") && options.threads > 0) {
      map.insert(ov::inference_num_threads(static_cast<int>(options.threads)));
    }
    if (!options.model_cache.empty()) map.insert(ov::cache_dir(options.model_cache.string()));
    return map;
  }

  Result<record::WorkloadInfo> describe(const ov::CompiledModel& compiled, const DeviceInfo& device,
                                        const SessionOptions& options, bool cache_changed,
                                        std::vector<std::string> conditions) const {
    record::WorkloadInfo info;
    info.engine_version = version_;
    info.device_name = device.name;
    info.conditions = std::move(conditions);
    WATTLENS_TRY(info.execution_precision, execution_precision(compiled, info.conditions));
    // A quantised model computes in integers whatever was asked for; a floating-point one has to do what it was told.
    const bool quantised = info.execution_precision.starts_with('i') || info.execution_precision.starts_with('u');
    if (info.execution_precision != options.precision && !quantised) {
      return fail(ErrorKind::not_measurable,
                  fmt::format("{} asked for, but {} runs this model in {}", options.precision, device.id,
                              info.execution_precision),
                  fmt::format("use --precision {}", info.execution_precision));
    }
    const auto* const doing = "cannot ask the compiled model how it runs";
    return without_exceptions(doing, ErrorKind::run_failed, [&]() -> Result<record::WorkloadInfo> {
      const bool loaded = !options.model_cache.empty() && compiled.get_property(ov::loaded_from_cache);
      const auto* const cache = options.model_cache.empty() ? "off"
                                : loaded                    ? "loaded"
                                : cache_changed             ? "written"
                                                            : "could not be written (is the disk full?)";
      info.conditions.push_back(fmt::format("model cache: {}", cache));
      info.streams = compiled.get_property(ov::num_streams).num;
      info.conditions.push_back(fmt::format("allocator: {}", options_.allocator));
      info.conditions.push_back(fmt::format("streams: {}", info.streams));
      if (device.id == "cpu") {
        info.threads = compiled.get_property(ov::inference_num_threads);
        const bool flush = compiled.get_property(ov::intel_cpu::denormals_optimization);
        info.conditions.push_back(fmt::format("flush-to-zero: {}", on_or_off(flush)));
        const bool pinned = compiled.get_property(ov::hint::enable_cpu_pinning);
        info.conditions.push_back(fmt::format("threads pinned: {}", on_or_off(pinned)));
      }
      return std::move(info);
    });
  }

  OpenvinoOptions options_;
  std::string version_;
  mutable ov::Core core_;  // asking it for devices loads their drivers
};

}  // namespace

Result<std::unique_ptr<Engine>> open_openvino(const OpenvinoOptions& options) {
  const auto* const doing = "cannot start OpenVINO";
  return without_exceptions(doing, ErrorKind::not_measurable, [&]() -> Result<std::unique_ptr<Engine>> {
    return std::make_unique<OpenvinoEngine>(options);
  });
}

}  // namespace wattlens::engine
