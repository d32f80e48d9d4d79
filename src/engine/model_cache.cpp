#include "engine/model_cache.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace wattlens::engine {
namespace {

struct CompiledModel {
  base::Path path;
  std::uintmax_t size = 0;
  std::filesystem::file_time_type written;
};

std::vector<CompiledModel> compiled_models(const base::Path& folder) {
  std::vector<CompiledModel> models;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    CompiledModel model{.path = entry->path(), .size = entry->file_size(gone), .written = entry->last_write_time(gone)};
    if (!gone && model.path.extension() == ".blob") models.push_back(std::move(model));
  }
  return models;
}

}  // namespace

Result<void> open_model_cache(const base::Path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || access(folder.c_str(), W_OK | X_OK) != 0) {
    return fail(ErrorKind::io, fmt::format("the model cache {} cannot be written", folder.string()),
                "choose another folder, or run without a model cache");
  }
  return {};
}

std::map<base::Path, std::filesystem::file_time_type> cached_models(const base::Path& folder) {
  std::map<base::Path, std::filesystem::file_time_type> found;
  for (auto& model : compiled_models(folder)) found.emplace(std::move(model.path), model.written);
  return found;
}

void trim_model_cache(const base::Path& folder, base::Bytes limit) {
  auto models = compiled_models(folder);
  std::ranges::sort(models, std::ranges::greater{}, &CompiledModel::written);
  base::Bytes kept;
  for (const auto& model : models) {
    kept += base::Bytes{static_cast<double>(model.size)};
    std::error_code gone;
    if (kept > limit) std::filesystem::remove(model.path, gone);
  }
}

}  // namespace wattlens::engine
