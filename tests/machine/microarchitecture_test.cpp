#include "machine/microarchitecture.h"

#include <gtest/gtest.h>

namespace wattlens::machine {
namespace {

TEST(Microarchitecture, AnUnknownProcessorHasNoName) {
  EXPECT_EQ(x86_microarchitecture("GenuineIntel", 6, 0xFFF, 0), "");
  EXPECT_EQ(x86_microarchitecture("AuthenticAMD", 0x99, 1, 0), "");
  EXPECT_EQ(x86_microarchitecture("", 0, 0, 0), "");
  EXPECT_EQ(arm_microarchitecture(0x41, 0xFFF), "");
}

TEST(Microarchitecture, NamesIntelsGenerations) {
  EXPECT_EQ(x86_microarchitecture("GenuineIntel", 6, 63, 2), "Haswell");
  EXPECT_EQ(x86_microarchitecture("GenuineIntel", 6, 79, 1), "Broadwell");
  EXPECT_EQ(x86_microarchitecture("GenuineIntel", 6, 106, 6), "Ice Lake");
  EXPECT_EQ(x86_microarchitecture("GenuineIntel", 6, 143, 8), "Sapphire Rapids");
  EXPECT_EQ(x86_microarchitecture("GenuineIntel", 6, 207, 2), "Emerald Rapids");
  EXPECT_EQ(x86_microarchitecture("GenuineIntel", 6, 173, 1), "Granite Rapids");
}

TEST(Microarchitecture, TheSteppingTellsThreeServerGenerationsOfOneModelApart) {
  EXPECT_EQ(x86_microarchitecture("GenuineIntel", 6, 85, 4), "Skylake Server");
  EXPECT_EQ(x86_microarchitecture("GenuineIntel", 6, 85, 7), "Cascade Lake");
  EXPECT_EQ(x86_microarchitecture("GenuineIntel", 6, 85, 11), "Cooper Lake");
}

TEST(Microarchitecture, NamesAmdsGenerations) {
  EXPECT_EQ(x86_microarchitecture("AuthenticAMD", 23, 1, 2), "Zen 1");
  EXPECT_EQ(x86_microarchitecture("AuthenticAMD", 23, 49, 0), "Zen 2");
  EXPECT_EQ(x86_microarchitecture("AuthenticAMD", 25, 1, 1), "Zen 3");
  EXPECT_EQ(x86_microarchitecture("AuthenticAMD", 25, 17, 1), "Zen 4");
  EXPECT_EQ(x86_microarchitecture("AuthenticAMD", 26, 2, 1), "Zen 5");
}

TEST(Microarchitecture, NamesArmsServerCores) {
  EXPECT_EQ(arm_microarchitecture(0x41, 0xD0C), "Neoverse N1");
  EXPECT_EQ(arm_microarchitecture(0x41, 0xD40), "Neoverse V1");
  EXPECT_EQ(arm_microarchitecture(0x41, 0xD4F), "Neoverse V2");
}

}  // namespace
}  // namespace wattlens::machine
