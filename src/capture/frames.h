// How the moving files of a machine changed over some seconds: recorded, and played again for programs that read them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "capture/files.h"

namespace wattlens::capture {

// wattlens.frames/1: JSON lines. The first names the files; every other one is [time_us, number of the file, text].
inline constexpr std::string_view kFramesFile = "wattlens/frames.jsonl";

// Looks at all moving files a hundred times a second for `duration`, or until cancelled; only changes are kept.
std::string record_frames(const base::Path& root, const std::vector<CapturedFile>& files, base::Seconds duration,
                          const base::Clock& clock, const base::Cancellation& cancel);

// A recorded machine as files that change as they did, from the moment it is opened; then they stand still.
class Replay {
 public:
  // `folder`: what `wattlens record` made, or any tree with proc or sys in it. Where there are frames a copy of it is
  // played, in the system's folder for temporary files; it goes with the object. Fails with usage where it is no such
  // tree, or its frames cannot be used.
  static Result<std::unique_ptr<Replay>> open(const base::Path& folder);
  ~Replay();

  const base::Path& root() const;  // to be read in place of "/"

 private:
  struct State;
  explicit Replay(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace wattlens::capture
