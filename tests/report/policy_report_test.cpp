#include "report/policy_report.h"

#include <gmock/gmock.h>

namespace wattlens::report {
namespace {

using base::Joules;
using base::Seconds;
using testing::HasSubstr;

record::PolicyChoice example() {
  record::PredictedPolicy best{.policy = "4",
                               .energy_per_request = {Joules{0.2}, Joules{0.18}, Joules{0.22}},
                               .response = {Seconds{0.04}, Seconds{0.038}, Seconds{0.042}},
                               .response_p99 = {Seconds{0.08}, Seconds{0.07}, Seconds{0.09}},
                               .load = 0.5,
                               .meets = true,
                               .binding = "p99<100ms",
                               .use_of_limit = 0.9};
  record::PolicyChoice choice{.model = "mobilenet_v2", .arrivals = "poisson:50", .limits = {"p99<100ms"}};
  choice.ranked = {best};
  choice.met = true;
  choice.measured.emplace();
  choice.measured->binding = "p99<100ms";
  choice.measured->point.serving = record::ServingSummary{};
  choice.measured->point.serving->response_p99 = {Seconds{0.085}, Seconds{0.08}, Seconds{0.09}};
  choice.measured->point.energy_per_image.value = Joules{0.21};
  choice.measured->meets = choice.measured->certain = true;
  return choice;
}

std::string sentence(const record::PolicyChoice& choice) {
  return policy_json({&choice, 1})["choices"][0]["sentence"].get<std::string>();
}

TEST(PolicyReport, WhatWasMeasuredIsHeldAgainstPredictionAndLimit) {
  record::PolicyChoice choice = example();
  EXPECT_THAT(sentence(choice), HasSubstr("its p99 lies within what was predicted (+6.2 %). Measured, it keeps"));
  choice.measured->certain = false;
  EXPECT_THAT(sentence(choice), HasSubstr("keeps p99<100ms, not for certain."));
  choice.measured->meets = false;
  EXPECT_THAT(sentence(choice), HasSubstr("Measured, it breaks p99<100ms."));
  choice.measured->point.serving->saturated = true;
  EXPECT_THAT(sentence(choice), HasSubstr("Measured, it could not serve as many requests as came."));
}

TEST(PolicyReport, TheRowsTellWhoKeepsTheLimits) {
  record::PolicyChoice choice = example();
  choice.measured->meets = false;
  const base::Json json = policy_json({&choice, 1})["choices"][0];
  EXPECT_EQ(json["met"], true);
  EXPECT_EQ(json["kept"], false);
  EXPECT_EQ(json["policies"][0]["meets"], true);
  EXPECT_EQ(json["policies"][1]["source"], "measured");
  EXPECT_EQ(json["policies"][1]["meets"], false);
  EXPECT_THAT(policy_text({&choice, 1}, Format::table, {}), HasSubstr("breaks p99<100ms"));
}

TEST(PolicyReport, ANetworkThatFailedStandsBesideWhatWasFound) {
  const record::PolicyChoice choices[] = {
      example(),
      {.model = "bad.onnx", .arrivals = "poisson:50", .failure = Error{ErrorKind::usage, "it is torn", "x"}}};
  const std::string text = policy_text(choices, Format::table, {});
  EXPECT_THAT(text, HasSubstr("bad.onnx at poisson:50: not searched: it is torn."));
  const base::Json json = policy_json(choices);
  EXPECT_EQ(json["choices"][1]["failure"], "it is torn");
  EXPECT_TRUE(json["choices"][1]["kept"].is_null());
}

}  // namespace
}  // namespace wattlens::report
