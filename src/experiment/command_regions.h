// The regions that a command names while it is measured: from marks in a pipe to energies. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "record/channel.h"
#include "record/experiment.h"
#include "record/measurement.h"
#include "record/run.h"

namespace wattlens::experiment {

struct CommandRequest;

class CommandRegions {
 public:
  // A pipe below `folder`. Errors are of kind io.
  static Result<CommandRegions> open(const base::Path& folder, std::span<const record::Channel> channels,
                                     base::Clock& clock);
  CommandRegions(CommandRegions&&) noexcept;
  CommandRegions& operator=(CommandRegions&&) = delete;
  ~CommandRegions();

  // What the command must have in its environment.
  std::pair<std::string, std::string> variable() const;
  int descriptor() const;  // readable when there are marks

  void start(const record::Samples& before, base::MonoTime begin);
  bool read();                                                    // takes what marks there are; whether there were any
  void look(const record::Samples& samples, base::MonoTime now);  // now and then works out what is known by now
  // After the look behind the command, whose own process `process` was. Fills measurement.regions and adds warnings.
  void finish(const CommandRequest& request, const record::Samples& samples, std::span<const record::IdleBaseline> idle,
              std::int64_t process, record::Measurement& measurement);

 private:
  struct State;
  explicit CommandRegions(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace wattlens::experiment
