// Whether the machine is virtual and whether this process runs in a container, as files below a root tell it.
#pragma once

#include <string>
#include <string_view>

#include "base/file.h"

namespace wattlens::machine {

// "kvm", "amazon", "google", "microsoft", "vmware", "xen", ...; "unknown" when the processor says that a hypervisor
// runs it but nothing tells which; empty on bare metal. `cpuinfo` is the text of /proc/cpuinfo. Thread-safe.
std::string read_virtual_machine(const base::Path& root, std::string_view cpuinfo);

// "docker", "podman", "kubernetes", "lxc", ...; empty outside a container. Thread-safe.
std::string read_container(const base::Path& root);

}  // namespace wattlens::machine
