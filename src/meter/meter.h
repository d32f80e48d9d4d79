// The interface of a sensor family, and the explicit list of those that wattlens knows.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "record/channel.h"
#include "record/machine_state.h"

namespace wattlens::meter {

using base::MonoTime;

// not_asked: a slow sensor was left alone this time; that is no failure.
enum class ReadStatus { ok, failed, not_asked };

// One look at one channel.
struct Reading {
  ReadStatus status = ReadStatus::failed;
  std::int64_t value = 0;  // uJ since opening, unwrapped (counter, model), or uW (power)
  MonoTime before;         // clock just before and just after the read
  MonoTime after;
};

struct MeterOptions {
  base::Path root = "/";                           // tests give a folder in the shape of a machine
  base::Clock* clock = nullptr;                    // never null; outlives the meter
  record::MachineState machine;                    // what models need to know
  std::string nvml_library = "libnvidia-ml.so.1";  // a name, found as the system\'s loader does, or a path
};

// One sensor family. Not thread-safe. Channels that exist but cannot be read are listed too, as `missing` with
// their reason and hint; read() fills theirs with ReadStatus::failed.
class Meter {
 public:
  virtual ~Meter() = default;
  virtual std::string_view name() const = 0;                      // "rapl"
  virtual std::span<const record::Channel> channels() const = 0;  // fixed after opening
  virtual Result<void> read(std::span<Reading> out) = 0;          // one per channel, in order
};

// Opening fails with ErrorKind::not_measurable where the machine has no such sensor; message and hint say why.
struct MeterKind {
  std::string_view name;
  Result<std::unique_ptr<Meter>> (*open)(const MeterOptions& options);
};

std::span<const MeterKind> all_meters();  // meters.cpp; the load model comes last

}  // namespace wattlens::meter
