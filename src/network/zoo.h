// The built-in networks: torchvision's architectures with torchvision's parameter names.
//
// To add one: a file in zoo/, a declaration in zoo/families.h, a line in zoo.cpp (docs/networks.md).
// All functions are pure and thread-safe.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "network/builder.h"
#include "network/graph.h"

namespace wattlens::network {

struct NetworkKind {
  std::string_view name;  // as in torchvision.models
  std::string_view family;
  int year = 0;  // of the paper
  std::string_view paper;
  Result<Graph> (*build)(const NetworkOptions& options);
};

std::span<const NetworkKind> all_networks();  // sorted by name

// Errors (ErrorKind::usage): an unknown name, with the nearest ones; a size or class count the network does not take,
// with the nearest sizes that it does.
Result<Graph> build(std::string_view name, const NetworkOptions& options = {});

}  // namespace wattlens::network
