// Energy of a window of steady work from samples, with its intervals; and idle power. Pure functions.
// docs/measurement.md gives the formulas.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "meter/channel_energy.h"
#include "record/experiment.h"
#include "record/run.h"

namespace wattlens::meter {

// Mean power per readable channel between two times, with a 95 % interval; channels without two readings are left out.
std::vector<record::IdleBaseline> idle_power(std::span<const record::Channel> channels, const record::Samples& samples,
                                             base::MonoTime begin, base::MonoTime end);

// What is part of a total, by ids of channels, and what should have been.
struct TotalTerms {
  std::vector<std::string> sums;
  std::vector<std::string> missing;
};

// The terms where every channel that can be read gives a value.
TotalTerms terms_of_total(std::span<const record::Channel> channels);

// How the energy of one channel is found, from which relative half-width on a window is called too short, and the
// channels that the work used: without one of them there is no total, as without a package. Packages need not be named.
struct WindowRule {
  std::function<ChannelResult(const record::Channel& channel, const record::Samples& samples, std::size_t index,
                              base::MonoTime begin, base::MonoTime end, base::Seconds batch)>
      measure = measure_channel;
  double most_uncertain = 0.05;
  std::span<const std::string> used;  // ids; one that no channel has is missing as "absent"
};

// Fills window.channels, totals, sums, complete and missing for [window.begin, window.end]; net energies where `idle`
// has the channel (never clamped at 0). Returns what the reader must know: stuck counters, gaps, too few updates.
std::vector<record::Warning> measure_window(std::span<const record::Channel> channels, const record::Samples& samples,
                                            std::span<const record::IdleBaseline> idle, record::Window& window,
                                            const WindowRule& rule = {});

}  // namespace wattlens::meter
