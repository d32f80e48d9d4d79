#include "meter/sysfs.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/text.h"

namespace wattlens::meter {

std::string sysfs_text(const base::Path& path) {
  const auto text = base::read_text(path);
  return text ? std::string(base::trim(*text)) : std::string();
}

bool is_there(const base::Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

NumberFile::NumberFile(const base::Path& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (!file_.is_open()) error_number_ = errno;
}

std::optional<std::int64_t> NumberFile::read() const {
  char text[32];
  const ssize_t size = ::pread(file_.get(), text, sizeof text, 0);
  if (size <= 0) return std::nullopt;
  return base::parse_integer({text, static_cast<std::size_t>(size)});
}

}  // namespace wattlens::meter
