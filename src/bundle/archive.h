// A tar archive (POSIX.1-1988 ustar) in one zstd frame, written and read as a stream: `tar --zstd` opens it.
//
// Plain files only, with nothing of the machine in them: no owner, no time, mode 0644. The same members give the same
// bytes from the same libzstd. Errors: usage (damaged, truncated, no such archive, another kind of member), and those
// of the sink or the source. Not thread-safe. libarchive and libzstd are included by archive_*.cpp alone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wattlens::bundle {

using Sink = std::function<Result<void>(std::string_view)>;
using Source = std::function<Result<std::size_t>(std::span<char>)>;  // how many bytes it gave; 0 at the end

class ArchiveWriter {
 public:
  explicit ArchiveWriter(Sink sink);
  ~ArchiveWriter();

  Result<void> add(const std::string& name, std::string_view bytes);
  Result<void> finish();  // nothing may be added after it; without it the archive is truncated

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct ArchiveMember {
  std::string name;  // as the archive has it; fit to be shown: no control characters, at most 120 bytes
  std::uint64_t bytes = 0;
};

class ArchiveReader {
 public:
  // `file` names the archive in errors.
  ArchiveReader(Source source, std::string file);
  ~ArchiveReader();

  // Goes to the next member; empty after the last one, when the archive is known to be whole and to end there.
  Result<std::optional<ArchiveMember>> next();
  Result<std::string> read(std::uint64_t most);  // all of it; fails with usage where it is more than `most` bytes

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wattlens::bundle
