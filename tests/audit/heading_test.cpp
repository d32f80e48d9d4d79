#include "audit/heading.h"

#include <gtest/gtest.h>

namespace wattlens::audit {
namespace {

struct Case {
  const char* text;
  Role role;
  double factor;  // 0: no unit
};

TEST(Heading, TellsWhatAColumnHolds) {
  for (const auto& [text, role, factor] : {Case{"power.draw [W]", Role::power, 1.0},
                                           {"power_mw", Role::power, 1e-3},
                                           {"Power (kW)", Role::power, 1e3},
                                           {"energy_uj", Role::energy, 1e-6},
                                           {"energy (MJ)", Role::energy, 1e6},
                                           {"energy (mJ)", Role::energy, 1e-3},
                                           {"gpu0_energy", Role::energy, 0.0},
                                           {"energy_kwh", Role::energy, 3.6e6},
                                           {"training duration (h)", Role::duration, 3600.0},
                                           {"elapsed_ms", Role::duration, 1e-3},
                                           {"timestamp", Role::time, 0.0},
                                           {"time (us)", Role::time, 1e-6},
                                           {"total power (W)", Role::power_sum, 1.0},
                                           {"max power limit (W)", Role::power_limit, 1.0},
                                           {"power draw std (W)", Role::other, 1.0},
                                           {"joule_per_sample", Role::other, 0.0},
                                           {"emissions_rate", Role::other, 0.0},
                                           {"gpu working time (h)", Role::other, 3600.0},
                                           {"gpu_count", Role::boards, 0.0},
                                           {"", Role::other, 0.0}}) {
    const Heading heading = read_heading(text);
    EXPECT_EQ(heading.role, role) << text;
    EXPECT_DOUBLE_EQ(heading.unit ? heading.unit->factor : 0.0, factor) << text;
  }
}

TEST(Heading, TellsThePart) {
  EXPECT_EQ(read_heading("gpu12_energy").part, "gpu12");
  EXPECT_EQ(read_heading("cpu_power").part, "cpu");
  EXPECT_EQ(read_heading("ram_energy").part, "ram");
  EXPECT_EQ(read_heading("power/energy-psys/").part, "psys");
  EXPECT_EQ(read_heading("energy_consumed").part, "total");
  EXPECT_EQ(read_heading("program_power_w").part, "");
}

}  // namespace
}  // namespace wattlens::audit
