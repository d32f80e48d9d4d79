// Text line by line from a file or a pipe, with a buffer of fixed size: a log of any length takes the same memory.
//
// Errors: io where reading fails; usage for what is no text (UTF-16, compressed, binary) and for a line that is too
// long. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace wattlens::base {

class LineReader {
 public:
  // Fills the span from its begin; 0 bytes at the end.
  using Source = std::function<Result<std::size_t>(std::span<char>)>;

  // `name` is that of the file, for errors.
  static Result<LineReader> open(Source source, std::string name);
  static Result<LineReader> open(const Path& path);

  // The beginning of the text, before the first next(): whole lines only, unless there is none. Some 64 KiB.
  std::string_view head() const;

  // Goes to the next line; false at the end.
  Result<bool> next();
  std::string_view line() const { return line_; }  // without its end; valid until the next call of next()
  std::int64_t number() const { return number_; }  // of the line, from 1
  bool cut_off() const { return cut_off_; }        // the line has no end: the last one of a file
  const std::string& name() const { return name_; }

 private:
  LineReader(Source source, std::string name) : source_(std::move(source)), name_(std::move(name)) {}
  Result<void> fill();
  Result<void> check_text() const;

  Source source_;
  std::string name_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of what was not given out yet
  std::size_t end_ = 0;
  bool at_end_ = false;
  std::string_view line_;
  std::int64_t number_ = 0;
  bool cut_off_ = false;
};

}  // namespace wattlens::base
