// The name of a processor's microarchitecture from what /proc/cpuinfo tells: a table, nothing is guessed.
// Sources of the numbers: Linux arch/x86/include/asm/intel-family.h and arch/x86/kernel/cpu/amd.c,
// arch/arm64/include/asm/cputype.h.
#pragma once

#include <cstdint>
#include <string_view>

namespace wattlens::machine {

// x86: vendor, family and model in decimal as the kernel shows them; `stepping` tells Skylake, Cascade Lake and
// Cooper Lake apart. Empty when the table does not know the processor.
std::string_view x86_microarchitecture(std::string_view vendor, std::int64_t family, std::int64_t model,
                                       std::int64_t stepping);

// ARM: implementer and part as /proc/cpuinfo shows them (0x41, 0xd40).
std::string_view arm_microarchitecture(std::int64_t implementer, std::int64_t part);

}  // namespace wattlens::machine
