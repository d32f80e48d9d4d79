// `wattlens network list|show|export`: the built-in networks, what they cost, and their files for other programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/file.h"
#include "base/result.h"
#include "cli/output.h"
#include "network/builder.h"

namespace wattlens::cli {

struct NetworkListOptions {
  OutputOptions output;
};

struct NetworkShowOptions {
  std::string name;                        // a built-in network, or a model file
  std::optional<std::int64_t> image_size;  // --image-size; absent: 224, or the file's own
  std::int64_t classes = 1000;             // --classes, of a built-in network
  OutputOptions output;
};

enum class NetworkFormat { onnx, safetensors };

struct NetworkExportOptions {
  std::string name;
  network::NetworkOptions size;
  base::Path file;                             // -o
  NetworkFormat format = NetworkFormat::onnx;  // --format
  bool single_file = false;                    // --single-file: no external data beside the ONNX file
  std::optional<base::Path> weights;           // --weights: a state dict in safetensors; else seeded numbers
  std::uint64_t seed = 0;                      // --seed
  std::optional<std::int64_t> batch;           // --batch: fixed; else the batch stays open
};

Result<void> network_list(const NetworkListOptions& options, Output& output);
// Cost per layer.
Result<void> network_show(const NetworkShowOptions& options, const base::Cancellation& cancel, Output& output);
// Returns the lines that tell what was written, for stderr.
Result<std::string> network_export(const NetworkExportOptions& options);

}  // namespace wattlens::cli
