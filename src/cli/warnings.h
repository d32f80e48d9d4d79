// Warnings on standard error.
#pragma once

#include <span>

#include "record/channel.h"

namespace wattlens::cli {

// Each in a line, with its hint below.
void say_warnings(std::span<const record::Warning> warnings);

}  // namespace wattlens::cli
