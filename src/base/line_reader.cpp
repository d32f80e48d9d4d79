#include "base/line_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace wattlens::base {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 20;  // the buffer grows to it where a line needs that
constexpr std::size_t kHead = std::size_t{1} << 16;

struct Magic {
  std::string_view bytes;
  std::string_view what;
  std::string_view mend;
};
constexpr Magic kNoText[] = {
    {"\xff\xfe", "is UTF-16 text", "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW"},
    {"\xfe\xff", "is UTF-16 text", "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW"},
    {"\x1f\x8b", "is compressed", "unpack it first: gunzip or tar -xf"},
    {"\xfd\x37zXZ", "is compressed", "unpack it first: unxz or tar -xf"},
    {"\x28\xb5\x2f\xfd", "is compressed", "unpack it first: unzstd"},
    {"PK\x03\x04", "is compressed", "unpack it first: unzip"},
    {"BZh", "is compressed", "unpack it first: bunzip2 or tar -xf"},
};

}  // namespace

Result<LineReader> LineReader::open(Source source, std::string name) {
  LineReader reader(std::move(source), std::move(name));
  reader.buffer_.resize(2 * kHead);
  while (!reader.at_end_ && reader.end_ < kHead) WATTLENS_CHECK(reader.fill());
  WATTLENS_CHECK(reader.check_text());
  const std::string_view text(reader.buffer_.data(), reader.end_);
  if (text.starts_with("\xef\xbb\xbf")) reader.begin_ = 3;  // a byte order mark
  return reader;
}

Result<LineReader> LineReader::open(const Path& path) {
  FileDescriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened.is_open()) return fail_errno(errno, fmt::format("cannot open {}", path.string()));
  const auto file = std::make_shared<FileDescriptor>(std::move(opened));  // a std::function is copied
  const std::string name = path.string();
  return open(
      [file, name](std::span<char> out) -> Result<std::size_t> {
        while (true) {
          const ssize_t count = ::read(file->get(), out.data(), out.size());
          if (count >= 0) return static_cast<std::size_t>(count);
          if (errno == EISDIR) return fail(ErrorKind::usage, name + " is a folder", "give the files in it");
          if (errno != EINTR) return fail_errno(errno, fmt::format("cannot read {}", name));
        }
      },
      name);
}

Result<void> LineReader::check_text() const {
  const std::string_view text(buffer_.data(), std::min(end_, kHead));
  for (const Magic& magic : kNoText) {
    if (text.starts_with(magic.bytes)) {
      return fail(ErrorKind::usage, fmt::format("{} {}", name_, magic.what), std::string(magic.mend));
    }
  }
  if (text.find('\0') != std::string_view::npos) {
    return fail(ErrorKind::usage, fmt::format("{} is no text: it holds zero bytes", name_), "give it as text");
  }
  return {};
}

Result<void> LineReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size() && end_ < kLongestLine) buffer_.resize(2 * end_);
  if (end_ == buffer_.size()) {
    return fail(ErrorKind::usage, fmt::format("{}:{}: the line is longer than 1 MiB", name_, number_ + 1),
                "this is no text file that wattlens reads");
  }
  WATTLENS_TRY(const std::size_t count, source_(std::span(buffer_).subspan(end_)));
  end_ += std::min(count, buffer_.size() - end_);
  at_end_ = count == 0;
  return {};
}

std::string_view LineReader::head() const {
  const std::string_view text(buffer_.data() + begin_, std::min(end_, kHead) - begin_);
  const std::size_t last = text.rfind('\n');
  return at_end_ && end_ <= kHead ? text : text.substr(0, last == std::string_view::npos ? text.size() : last + 1);
}

Result<bool> LineReader::next() {
  std::size_t searched = begin_;
  while (true) {
    const char* found = end_ > searched
                            ? static_cast<const char*>(std::memchr(buffer_.data() + searched, '\n', end_ - searched))
                            : nullptr;
    if (found != nullptr || at_end_) {
      const std::size_t stop = found != nullptr ? static_cast<std::size_t>(found - buffer_.data()) : end_;
      cut_off_ = found == nullptr;
      if (cut_off_ && begin_ == end_) return false;
      line_ = std::string_view(buffer_.data() + begin_, stop - begin_);
      if (line_.ends_with('\r')) line_.remove_suffix(1);
      begin_ = cut_off_ ? end_ : stop + 1;
      ++number_;
      return true;
    }
    searched = end_ - begin_;  // fill() moves what is left to the front
    WATTLENS_CHECK(fill());
  }
}

}  // namespace wattlens::base
