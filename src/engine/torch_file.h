// Reads models that PyTorch saved: TorchScript (torch.jit.save), and packages compiled ahead of time
// (torch._inductor.aoti_compile_and_package). Both run code that lies in the file; a package holds machine code.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "engine/torch_model.h"

namespace wattlens::engine {

struct TorchFile {
  std::shared_ptr<const TorchModel> model;
  Placement placement;                  // what the model needs its images to be; a package may fix the memory format
  std::vector<Operator> operators;      // as they were called for one batch; empty for a package, which fused them
  std::vector<std::string> conditions;  // "execution: TorchScript, as saved"
};

// Runs one batch of `input` images, for only that shows what the model takes and gives. `slots` batches will run at
// once. Fails with usage for a file that is missing, broken, of another kind, PyTorch version, device or precision,
// with an operator that is unknown here, or not of one batch of images in floating point and one row of numbers per
// image; with run_failed where memory does not suffice.
Result<TorchFile> load_torch_file(const base::Path& file, const Placement& placement,
                                  const std::vector<std::int64_t>& input, std::int64_t slots);

}  // namespace wattlens::engine
