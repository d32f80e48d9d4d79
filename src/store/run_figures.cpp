#include "store/run_figures.h"

namespace wattlens::store {

RunFigures figures_of(const record::Run& run) {
  RunFigures figures;
  if (run.windows.empty()) return figures;
  const record::Window& window = run.windows.back();
  figures.complete = window.complete;
  const auto images = static_cast<double>(window.images);
  const record::Seconds duration = window.duration();
  if (!(images > 0.0) || !(duration.value > 0.0)) return figures;
  figures.images_per_s = images / duration.value;
  if (window.total.value) {
    figures.energy_per_image = *window.total.value / images;
    figures.provenance = window.total.provenance;
  }
  if (window.net_total.value) figures.net_energy_per_image = *window.net_total.value / images;
  return figures;
}

}  // namespace wattlens::store
