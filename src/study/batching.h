// Batching at inference, after Yarally, Cruz, Feitosa, Sallou and van Deursen, "Batching for Green AI" (SEAA 2023):
// does the way in which waiting requests are joined into batches change the energy and the response time of a network?
//
// Design: networks x arrivals x policies, every point the same number of requests, in blocks of random order; all
// points of a block get the same arrivals. Analysis: per network and arrivals Kruskal and Wallis over the policies, eta
// squared, Dunn's test with Holm's adjustment, Cliff's delta, and the policies that no other beats.
// docs/study-batching.md. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "experiment/plan.h"
#include "record/batching_study.h"
#include "record/experiment.h"

namespace wattlens::study {

// What the paper's program measured; more requests (8,192) and one repetition there.
std::vector<std::string> batching_networks();
std::vector<std::string> batching_policies();
inline constexpr std::int64_t kBatchingRequests = 512;
inline constexpr std::int64_t kQuickBatchingRequests = 96;
inline constexpr std::int64_t kBatchingRepetitions = 8;
inline constexpr std::int64_t kQuickBatchingRepetitions = 3;
inline constexpr base::Seconds kQuickBatchingTime{840.0};  // for everything: heavy networks get fewer repetitions

// Fills what `plan` leaves open.
experiment::Plan batching_plan(experiment::Plan plan);

// Points without served requests are left out. Where a policy's queue only grows its times depend on how long one
// looks: it takes no part in the test of the response time, nor in the frontier.
record::BatchingStudy analyse_batching(record::ExperimentSummary summary);

}  // namespace wattlens::study
