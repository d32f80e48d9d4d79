// A folder in the shape of /proc and /sys for one test, removed with it.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/file.h"
#include "fake/temporary_folder.h"

namespace wattlens::fake {

class TempTree : public TemporaryFolder {
 public:
  using TemporaryFolder::TemporaryFolder;

  const base::Path& root() const { return path(); }

  // Writes in place, as the kernel changes its files: a reader that holds the file open sees the new text.
  void write(std::string_view path, std::string_view text) const {
    const base::Path file = root() / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream << text;
    if (!stream.flush()) throw std::runtime_error("cannot write " + file.string());
  }
  void link(std::string_view path, std::string_view target) const {
    const base::Path file = root() / path;
    std::filesystem::create_directories(file.parent_path());
    std::filesystem::create_symlink(base::Path(target), file);
  }
  void remove(std::string_view path) const { std::filesystem::remove_all(root() / path); }
  // A copy of a recorded tree, such as tests/machines/NAME.
  void copy_from(const base::Path& tree) const {
    using std::filesystem::copy_options;
    std::filesystem::copy(tree, root(), copy_options::recursive | copy_options::copy_symlinks);
  }
};

}  // namespace wattlens::fake
