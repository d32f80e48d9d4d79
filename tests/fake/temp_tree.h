// A folder in the shape of /proc and /sys for one test, removed with it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/file.h"

namespace wattlens::fake {

class TempTree {
 public:
  // Below `where`; the default is the system's folder for temporary files.
  explicit TempTree(const base::Path& where = std::filesystem::temp_directory_path()) {
    std::string name = (where / "wattlens-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    root_ = name;
  }
  ~TempTree() {
    std::error_code error;
    std::filesystem::remove_all(root_, error);
  }
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;

  const base::Path& root() const { return root_; }
  base::Path operator/(std::string_view path) const { return root_ / path; }

  // Writes in place, as the kernel changes its files: a reader that holds the file open sees the new text.
  void write(std::string_view path, std::string_view text) const {
    const base::Path file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream << text;
    if (!stream.flush()) throw std::runtime_error("cannot write " + file.string());
  }
  void link(std::string_view path, std::string_view target) const {
    const base::Path file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::filesystem::create_symlink(base::Path(target), file);
  }
  void remove(std::string_view path) const { std::filesystem::remove_all(root_ / path); }
  // A copy of a recorded tree, such as tests/machines/NAME.
  void copy_from(const base::Path& tree) const {
    using std::filesystem::copy_options;
    std::filesystem::copy(tree, root_, copy_options::recursive | copy_options::copy_symlinks);
  }

 private:
  base::Path root_;
};

}  // namespace wattlens::fake
