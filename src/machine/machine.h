// Reads the state of the machine that can change a joule.
#pragma once

#include "base/file.h"
#include "record/machine_state.h"

namespace wattlens::machine {

// Everything below `root` ("/" for this machine; tests give a folder in the shape of one). What the machine does not
// tell is left empty; nothing is guessed. Version and build fields come from base/version.h.
record::MachineState read_machine(const base::Path& root = "/");

}  // namespace wattlens::machine
