#include "machine/microarchitecture.h"

#include <algorithm>
#include <array>

namespace wattlens::machine {
namespace {

struct IntelModel {
  std::int64_t model;
  std::string_view name;
};

// Family 6.
constexpr auto kIntel = std::to_array<IntelModel>({
    {0x2A, "Sandy Bridge"},      {0x2D, "Sandy Bridge"},   {0x3A, "Ivy Bridge"},      {0x3E, "Ivy Bridge"},
    {0x3C, "Haswell"},           {0x3F, "Haswell"},        {0x45, "Haswell"},         {0x46, "Haswell"},
    {0x3D, "Broadwell"},         {0x47, "Broadwell"},      {0x4F, "Broadwell"},       {0x56, "Broadwell"},
    {0x4E, "Skylake"},           {0x5E, "Skylake"},        {0x8E, "Kaby Lake"},       {0x9E, "Kaby Lake"},
    {0xA5, "Comet Lake"},        {0xA6, "Comet Lake"},     {0x66, "Cannon Lake"},     {0x6A, "Ice Lake"},
    {0x6C, "Ice Lake"},          {0x7D, "Ice Lake"},       {0x7E, "Ice Lake"},        {0x8C, "Tiger Lake"},
    {0x8D, "Tiger Lake"},        {0xA7, "Rocket Lake"},    {0x8F, "Sapphire Rapids"}, {0xCF, "Emerald Rapids"},
    {0xAD, "Granite Rapids"},    {0xAE, "Granite Rapids"}, {0x97, "Alder Lake"},      {0x9A, "Alder Lake"},
    {0xBE, "Alder Lake"},        {0xB7, "Raptor Lake"},    {0xBA, "Raptor Lake"},     {0xBF, "Raptor Lake"},
    {0xAA, "Meteor Lake"},       {0xAC, "Meteor Lake"},    {0xC5, "Arrow Lake"},      {0xC6, "Arrow Lake"},
    {0xB5, "Arrow Lake"},        {0xBD, "Lunar Lake"},     {0xCC, "Panther Lake"},    {0xAF, "Sierra Forest"},
    {0xDD, "Clearwater Forest"},
});

struct AmdRange {
  std::int64_t family;
  std::int64_t first;
  std::int64_t last;
  std::string_view name;
};

// The kernel's own ranges (amd.c, "Figure out Zen generations"); what is in none of them is not named.
constexpr auto kAmd = std::to_array<AmdRange>({
    {0x17, 0x00, 0x2F, "Zen 1"},
    {0x17, 0x50, 0x5F, "Zen 1"},
    {0x17, 0x30, 0x4F, "Zen 2"},
    {0x17, 0x60, 0x7F, "Zen 2"},
    {0x17, 0x90, 0x91, "Zen 2"},
    {0x17, 0xA0, 0xAF, "Zen 2"},
    {0x19, 0x00, 0x0F, "Zen 3"},
    {0x19, 0x20, 0x5F, "Zen 3"},
    {0x19, 0x10, 0x1F, "Zen 4"},
    {0x19, 0x60, 0xAF, "Zen 4"},
    {0x1A, 0x00, 0x2F, "Zen 5"},
    {0x1A, 0x40, 0x4F, "Zen 5"},
    {0x1A, 0x60, 0x7F, "Zen 5"},
    {0x1A, 0x50, 0x5F, "Zen 6"},
    {0x1A, 0x80, 0xAF, "Zen 6"},
    {0x1A, 0xC0, 0xCF, "Zen 6"},
});

struct ArmPart {
  std::int64_t implementer;
  std::int64_t part;
  std::string_view name;
};

constexpr auto kArm = std::to_array<ArmPart>({
    {0x41, 0xD07, "Cortex-A57"},
    {0x41, 0xD08, "Cortex-A72"},
    {0x41, 0xD03, "Cortex-A53"},
    {0x41, 0xD0B, "Cortex-A76"},
    {0x41, 0xD42, "Cortex-A78AE"},
    {0x41, 0xD0C, "Neoverse N1"},
    {0x41, 0xD40, "Neoverse V1"},
    {0x41, 0xD49, "Neoverse N2"},
    {0x41, 0xD4F, "Neoverse V2"},
    {0x41, 0xD8E, "Neoverse N3"},
    {0x41, 0xD84, "Neoverse V3"},
    {0x41, 0xD83, "Neoverse V3AE"},
    {0x41, 0xD4A, "Neoverse E1"},
    {0xC0, 0xAC3, "Ampere-1"},
    {0xC0, 0xAC4, "Ampere-1a"},
    {0x43, 0x0AF, "ThunderX2"},
    {0x46, 0x001, "A64FX"},
    {0x48, 0xD01, "Kunpeng 920"},
});

}  // namespace

std::string_view x86_microarchitecture(std::string_view vendor, std::int64_t family, std::int64_t model,
                                       std::int64_t stepping) {
  if (vendor == "GenuineIntel" && family == 6) {
    // One model number for three server generations (Linux intel-family.h, arch/x86/events/intel).
    if (model == 0x55) return stepping >= 10 ? "Cooper Lake" : stepping >= 5 ? "Cascade Lake" : "Skylake Server";
    const auto* found = std::ranges::find(kIntel, model, &IntelModel::model);
    return found == kIntel.end() ? std::string_view{} : found->name;
  }
  if (vendor == "AuthenticAMD") {
    const auto* found = std::ranges::find_if(kAmd, [&](const AmdRange& range) {
      return range.family == family && model >= range.first && model <= range.last;
    });
    return found == kAmd.end() ? std::string_view{} : found->name;
  }
  return {};
}

std::string_view arm_microarchitecture(std::int64_t implementer, std::int64_t part) {
  const auto* found = std::ranges::find_if(
      kArm, [&](const ArmPart& known) { return known.implementer == implementer && known.part == part; });
  return found == kArm.end() ? std::string_view{} : found->name;
}

}  // namespace wattlens::machine
