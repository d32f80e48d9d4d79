// The interface of what uses energy on demand while a sensor is calibrated.
#pragma once

#include <string>

#include "base/result.h"

namespace wattlens::calibration {

// Off until it is switched on; off again when it is destroyed. Not thread-safe.
class Load {
 public:
  virtual ~Load() = default;
  virtual std::string describe() const = 0;  // "8 threads of this processor"
  virtual Result<void> set(bool on) = 0;     // returns once it is so
};

}  // namespace wattlens::calibration
