#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/doctor_command.h"
#include "report/page.h"

namespace wattlens::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

DoctorFindings findings_with(record::Provenance provenance, bool alive) {
  DoctorFindings findings;
  SensorFinding sensor;
  sensor.channel.id = "cpu.package.0";
  sensor.channel.method = "powercap";
  sensor.channel.provenance = provenance;
  sensor.power = base::Watts{12.5};
  sensor.alive = alive;
  if (provenance == record::Provenance::missing) {
    sensor.channel.reason = "permission";
    sensor.channel.hint = "sudo chmod a+r FILE";
    sensor.power.reset();
  }
  findings.sensors = {sensor};
  return findings;
}

TEST(DoctorText, ASensorThatWorksShowsItsPower) {
  const std::string text = doctor_text(findings_with(record::Provenance::measured, true), {});
  EXPECT_THAT(text, HasSubstr("✓ cpu.package.0"));
  EXPECT_THAT(text, HasSubstr("12.5 W"));
}

TEST(DoctorText, AMissingOneShowsWhyAndWhatMendsIt) {
  const std::string text = doctor_text(findings_with(record::Provenance::missing, false), {});
  EXPECT_THAT(text, HasSubstr("✗ cpu.package.0"));
  EXPECT_THAT(text, HasSubstr("permission"));
  EXPECT_THAT(text, HasSubstr("→ sudo chmod a+r FILE"));
  EXPECT_THAT(text, Not(HasSubstr("0.0 W")));
}

TEST(DoctorText, FitsTheTerminalAndHasColourOnlyWhereAsked) {
  DoctorFindings findings = findings_with(record::Provenance::modelled, true);
  findings.sensors[0].channel.scope = "socket 0, computed from the load of a machine whose name is rather long to read";
  const std::string plain = doctor_text(findings, {.width = 50});
  for (const std::string_view line : base::split(plain, '\n')) EXPECT_LE(report::text_width(line), 50U) << line;
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
  const std::string coloured = doctor_text(findings, {.colour = true, .width = 50});
  EXPECT_THAT(coloured, HasSubstr("\x1b[33m~\x1b[0m"));
}

TEST(DoctorText, ACounterThatStandsStillIsStuck) {
  EXPECT_THAT(doctor_text(findings_with(record::Provenance::measured, false), {}), HasSubstr("stuck"));
}

TEST(DoctorText, AnEngineThatDoesNotAnswerShowsItsError) {
  DoctorFindings findings;
  findings.engines = {{"openvino", std::nullopt, Error{ErrorKind::not_measurable, "not found", "run make setup"}}};
  EXPECT_THAT(doctor_text(findings, {}), HasSubstr("✗ openvino"));
  EXPECT_THAT(doctor_text(findings, {}), HasSubstr("→ run make setup"));
  EXPECT_FALSE(anything_measurable(findings));
}

TEST(DoctorText, JsonHasItsSchemaAndEveryList) {
  const base::Json json = to_json(findings_with(record::Provenance::measured, true));
  EXPECT_EQ(json["schema"], "wattlens.doctor/1");
  for (const char* list : {"channels", "absent", "engines", "remarks"}) EXPECT_TRUE(json[list].is_array()) << list;
  EXPECT_EQ(json["channels"][0]["alive"], true);
}

}  // namespace
}  // namespace wattlens::cli
