// One plot of each kind, with made-up numbers of the size that real ones have.
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "plot/kinds.h"
#include "plot/plot.h"

namespace wattlens::plot {

struct ExampleNetwork {
  const char* name;
  double joules;   // per image at batch 1
  double seconds;  // per image
};
inline constexpr std::array<ExampleNetwork, 5> kExampleNetworks = {{{"alexnet", 0.31, 0.0102},
                                                                    {"densenet121", 1.07, 0.031},
                                                                    {"shufflenet_v2_x0_5", 0.052, 0.0021},
                                                                    {"vit_b_16", 4.4, 0.118},
                                                                    {"convnext_base", 4.1, 0.127}}};
inline constexpr std::array<const char*, 5> kExamplePolicies = {"16", "32", "64", "128", "greedy"};

inline Interval<double> around(double value, double share) { return {value * (1.0 - share), value * (1.0 + share)}; }

inline Plot interval_example() {
  Plot plot{.title = "Energy per request by network and policy", .note = "Bars: 95 % intervals of the mean, 5 blocks."};
  Panel panel{.x = {.title = "energy per request", .unit = "J", .scale = Scale::log10}};
  for (const ExampleNetwork& network : kExampleNetworks) panel.y.categories.emplace_back(network.name);
  for (std::size_t policy = 0; policy < kExamplePolicies.size(); ++policy) {
    Series series{.name = std::string("batch ") + kExamplePolicies[policy]};
    for (std::size_t i = 0; i < kExampleNetworks.size(); ++i) {
      const double value = kExampleNetworks[i].joules * (0.55 + 0.11 * static_cast<double>((policy * 3 + i) % 5));
      series.points.push_back({.x = value,
                               .y = static_cast<double>(i),
                               .x_interval = around(value, 0.04 + 0.02 * static_cast<double>(policy)),
                               .provenance = Provenance::modelled});
    }
    panel.series.push_back(std::move(series));
  }
  plot.panels.push_back(std::move(panel));
  return plot;
}

inline Plot frontier_example() {
  Plot plot{.title = "Energy against response time",
            .note = "95 % intervals where they are wider than the marks.",
            .shapes = {kExamplePolicies.begin(), kExamplePolicies.end()}};
  Panel panel{.x = {.title = "mean response time", .unit = "s", .scale = Scale::log10},
              .y = {.title = "energy per request", .unit = "J", .scale = Scale::log10}};
  for (const ExampleNetwork& network : kExampleNetworks) {
    Series series{.name = network.name};
    for (std::size_t policy = 0; policy < kExamplePolicies.size(); ++policy) {
      const bool greedy = policy == 4;
      const double batch = greedy ? 2.0 : std::exp2(4.0 + static_cast<double>(policy));
      const double x = batch / 32.0 + network.seconds * batch * 0.4;
      const double y = network.joules * (0.5 + 0.5 / batch + 0.002 * std::fmod(batch, 7.0));
      series.points.push_back({.x = x,
                               .y = y,
                               .x_interval = around(x, 0.05),
                               .y_interval = around(y, 0.12),
                               .label = kExamplePolicies[policy],
                               .shape = policy});
    }
    panel.series.push_back(std::move(series));
  }
  add_frontier(panel, Better::less, Better::less);
  plot.panels.push_back(std::move(panel));
  return plot;
}

inline Plot curves_example() {
  Plot plot{.title = "Energy and time per image over batch size",
            .note = "Bands: 95 % intervals. OpenVINO, f32, 2 threads.",
            .shared_x = true};
  Panel energy{.x = {.title = "batch size", .unit = "images", .scale = Scale::log2},
               .y = {.title = "energy per image", .unit = "J", .scale = Scale::log10}};
  Panel time{.x = energy.x, .y = {.title = "time per image", .unit = "s", .scale = Scale::log10}};
  for (const ExampleNetwork& network : kExampleNetworks) {
    Series joules{.name = network.name, .join = Join::line};
    Series seconds{.name = network.name, .join = Join::line, .band = true};
    for (const double batch : {1.0, 4.0, 16.0, 64.0, 128.0}) {
      const double gain = 0.45 + 0.55 / batch + 0.0015 * batch;
      joules.points.push_back({.x = batch,
                               .y = network.joules * gain,
                               .y_interval = around(network.joules * gain, 0.1),
                               .provenance = Provenance::modelled});
      seconds.points.push_back(
          {.x = batch, .y = network.seconds * gain, .y_interval = around(network.seconds * gain, 0.08)});
    }
    energy.series.push_back(std::move(joules));
    time.series.push_back(std::move(seconds));
  }
  plot.panels = {std::move(energy), std::move(time)};
  return plot;
}

inline Plot distribution_example() {
  Plot plot{.title = "Response times", .note = "Marks: p50, p95 and p99. 300 requests each."};
  std::vector<std::vector<double>> values(10);
  std::vector<std::string> names;
  base::Random random(1);
  const auto uniform = [&random] { return 1.0 - random.uniform(); };
  for (std::size_t i = 0; i < values.size(); ++i) {
    names.push_back(std::string(kExampleNetworks[i % 5].name) + (i < 5 ? ", batch 16" : ", greedy"));
    for (int k = 0; k < 300; ++k) {
      const double tail = std::pow(uniform(), -0.12 - 0.02 * static_cast<double>(i % 5));
      values[i].push_back(kExampleNetworks[i % 5].seconds * (i < 5 ? 8.0 : 1.5) * tail * (0.8 + 0.4 * uniform()));
    }
  }
  std::vector<Distribution> distributions;
  for (std::size_t i = 0; i < values.size(); ++i) distributions.push_back({names[i], values[i]});
  plot.panels.push_back(survival_panel(distributions, {.title = "response time", .unit = "s"}));
  return plot;
}

inline Plot difference_example() {
  Plot plot{.title = "Against mobilenet_v2, f32", .note = "Bars: 95 % intervals of the ratio, 10 blocks."};
  Panel panel{.x = {.title = "difference to the base", .percent = true}};
  panel.y.categories = {"mobilenet_v2, bf16, latency, batch 8", "mobilenet_v2, bf16, throughput, batch 8"};
  panel.series = {
      {.name = "energy",
       .points =
           {{.x = -0.31, .y = 0, .x_interval = Interval<double>{-0.34, -0.28}, .provenance = Provenance::modelled},
            {.x = 0.012, .y = 1, .x_interval = Interval<double>{-0.01, 0.035}, .provenance = Provenance::modelled}}},
      {.name = "time",
       .points = {{.x = -0.25, .y = 0, .x_interval = Interval<double>{-0.27, -0.22}},
                  {.x = 0.15, .y = 1, .x_interval = Interval<double>{0.11, 0.2}}}}};
  panel.guides.push_back({.at = 0.0});
  panel.shade = Shade{.x = {-0.02, 0.02}, .name = "equivalent (2 %)"};
  plot.panels.push_back(std::move(panel));
  return plot;
}

}  // namespace wattlens::plot
