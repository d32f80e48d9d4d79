// Weights from and to a file: a torchvision state dict as .safetensors, checked against the network before use.
//
// F32, F16 and BF16 are accepted; num_batches_tracked may be there or not. Errors are ErrorKind::usage. Thread-safe.
#pragma once

#include "base/file.h"
#include "base/result.h"
#include "network/graph.h"
#include "network/safetensors.h"
#include "network/weights.h"

namespace wattlens::network {

// Fails on missing and unknown names (listed), a wrong shape or type, a NaN or an infinity, a negative variance (each
// with the parameter's name). F32 is read where it lies in the mapped file: do not change the file meanwhile.
Result<Weights> load_weights(const Graph& graph, const base::Path& path);

// The same for what has been read already; `what` names it in errors.
Result<Weights> weights_from(const Graph& graph, const Safetensors& saved, std::string_view what);

// As float32 under the graph's names; torchvision and timm load the file as it is.
Result<void> save_weights(const base::Path& path, const Graph& graph, const Weights& weights);

}  // namespace wattlens::network
