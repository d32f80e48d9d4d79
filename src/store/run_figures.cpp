#include "store/run_figures.h"

#include <algorithm>

namespace wattlens::store {
namespace {

std::optional<record::Joules> per_image(const record::Run& run, record::Energy record::Window::* which, double images) {
  record::Joules sum{};
  for (const auto& window : run.windows) {
    const auto& value = (window.*which).value;
    if (!value) return std::nullopt;
    sum += *value;
  }
  return sum / images;
}

}  // namespace

RunFigures figures_of(const record::Run& run) {
  RunFigures figures;
  double images = 0.0;
  record::Seconds duration{};
  for (const auto& window : run.windows) {
    images += static_cast<double>(window.images);
    duration += window.duration();
    figures.complete = figures.complete && window.complete;
  }
  if (!(images > 0.0) || !(duration.value > 0.0)) return figures;
  figures.images_per_s = images / duration.value;
  figures.energy_per_image = per_image(run, &record::Window::total, images);
  figures.net_energy_per_image = per_image(run, &record::Window::net_total, images);
  if (figures.energy_per_image) {
    const bool modelled = std::ranges::any_of(
        run.windows, [](const auto& window) { return window.total.provenance == record::Provenance::modelled; });
    figures.provenance = modelled ? record::Provenance::modelled : record::Provenance::measured;
  }
  return figures;
}

}  // namespace wattlens::store
