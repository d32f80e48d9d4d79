#include "dataset/image_set.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include "dataset/decode.h"

namespace wattlens::dataset {
namespace {

namespace fs = std::filesystem;

bool is_image_name(const base::Path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

bool is_hidden(const base::Path& path) { return path.filename().string().starts_with('.'); }

std::unexpected<Error> unreadable(const base::Path& path, const std::error_code& error) {
  return fail(ErrorKind::usage, fmt::format("cannot read {}: {}", path.string(), error.message()),
              "give a folder of JPEG or PNG files, or an IDX file of images");
}

class Fnv {
 public:
  void add(std::span<const std::uint8_t> bytes) {
    for (const std::uint8_t byte : bytes) value_ = (value_ ^ byte) * 0x100000001B3;
  }
  void add(std::string_view text) { add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}); }
  std::string text() const { return fmt::format("{:016x}", value_); }

 private:
  std::uint64_t value_ = 0xCBF29CE484222325;
};

// Where the labels of IDX images lie: "train-images-idx3-ubyte.gz" has "train-labels-idx1-ubyte.gz" beside it.
std::optional<base::Path> labels_beside(const base::Path& images) {
  constexpr std::string_view kImages = "images-idx3";
  std::string name = images.filename().string();
  const auto at = name.find(kImages);
  if (at == std::string::npos) return std::nullopt;
  name.replace(at, kImages.size(), "labels-idx1");
  base::Path labels = images.parent_path() / name;
  std::error_code error;
  if (!fs::exists(labels, error)) return std::nullopt;
  return labels;
}

}  // namespace

Result<ImageSet> ImageSet::open(const base::Path& path) {
  ImageSet set;
  set.path_ = path;
  set.name_ = (path.has_filename() ? path : path.parent_path()).filename().string();
  std::error_code error;
  const auto status = fs::status(path, error);
  if (error) return unreadable(path, error);
  if (fs::is_directory(status)) {
    WATTLENS_CHECK(set.open_folder());
  } else {
    WATTLENS_CHECK(set.open_idx());
  }
  WATTLENS_CHECK(set.make_fingerprint());
  return set;
}

Result<void> ImageSet::open_folder() {
  std::vector<base::Path> folders;
  std::error_code error;
  for (fs::directory_iterator at(path_, error), end; !error && at != end; at.increment(error)) {
    std::error_code unknown;
    if (!is_hidden(at->path()) && at->is_directory(unknown)) folders.push_back(at->path());
  }
  if (error) return unreadable(path_, error);
  std::ranges::sort(folders);
  WATTLENS_CHECK(add_files(path_, false, files_));
  const bool flat = !files_.empty();
  WATTLENS_CHECK(add_classes(folders));
  if (files_.empty()) {
    return fail(ErrorKind::usage, fmt::format("{} holds no JPEG or PNG files", path_.string()),
                "give a folder of .jpg, .jpeg or .png files, or one with a folder for each class");
  }
  if (flat && labelled()) {
    return fail(ErrorKind::usage, fmt::format("{} holds images beside folders of images", path_.string()),
                "put every image into the folder of its class, or give a folder without folders");
  }
  return {};
}

// The names of the images in a folder, and in those below it where `deep`, sorted, as paths below path_.
Result<void> ImageSet::add_files(const base::Path& folder, bool deep, std::vector<std::string>& files) const {
  std::error_code error;
  const std::size_t before = files.size();
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (!deep || is_hidden(at->path())) at.disable_recursion_pending();
    std::error_code unknown;
    if (is_hidden(at->path()) || !is_image_name(at->path()) || at->is_directory(unknown)) continue;
    files.push_back(at->path().lexically_relative(path_).string());
  }
  if (error) return unreadable(folder, error);
  std::sort(files.begin() + static_cast<std::ptrdiff_t>(before), files.end());
  return {};
}

// Folders without images are no classes, unless others are: then each must have some, as torchvision wants it.
Result<void> ImageSet::add_classes(const std::vector<base::Path>& folders) {
  std::vector<std::string> found;
  std::string empty;
  for (const base::Path& folder : folders) {
    const std::size_t before = found.size();
    WATTLENS_CHECK(add_files(folder, true, found));
    const std::string name = folder.filename().string();
    if (found.size() == before && empty.empty()) empty = name;
    class_of_.insert(class_of_.end(), found.size() - before, classes_.size());
    classes_.push_back(name);
  }
  if (found.empty()) {
    classes_.clear();
    return {};
  }
  if (!empty.empty()) {
    return fail(ErrorKind::usage, fmt::format("the class '{}' of {} has no images", empty, path_.string()),
                "put images into it or remove the folder");
  }
  files_.insert(files_.end(), found.begin(), found.end());
  std::error_code error;
  const base::Path list = path_ / "classes.txt";
  if (!fs::exists(list, error)) return {};
  WATTLENS_TRY(const std::string text, base::read_text(list));
  class_list_ = parse_class_list(text);
  return {};
}

Result<void> ImageSet::open_idx() {
  WATTLENS_TRY(const auto file, base::MappedFile::open(path_));
  if (!is_idx_images(file.bytes())) {
    return fail(ErrorKind::usage, fmt::format("{} is neither a folder nor an IDX file of images", path_.string()),
                "give a folder of JPEG or PNG files, or a file such as train-images-idx3-ubyte.gz");
  }
  WATTLENS_TRY(idx_, parse_idx_images(file.bytes(), path_.string()));
  const auto labels = labels_beside(path_);
  if (!labels) return {};
  WATTLENS_TRY(const auto label_file, base::MappedFile::open(*labels));
  WATTLENS_TRY(const auto numbers, parse_idx_labels(label_file.bytes(), labels->string()));
  if (numbers.size() != size()) {
    return fail(ErrorKind::usage,
                fmt::format("{} images, but {} labels in {}", size(), numbers.size(), labels->string()),
                "give images and labels of one set");
  }
  class_of_.assign(numbers.begin(), numbers.end());
  return {};
}

Result<void> ImageSet::make_fingerprint() {
  Fnv sum;
  if (idx_) sum.add(idx_->bytes);
  for (const std::string& file : files_) {
    std::error_code error;
    const auto bytes = fs::file_size(path_ / file, error);
    sum.add(fmt::format("{}:{}\n", file, error ? 0 : bytes));
  }
  fingerprint_ = sum.text();
  return {};
}

std::string ImageSet::name_of(std::size_t image) const {
  return idx_ ? fmt::format("image {}", image) : files_.at(image);
}

Result<Image> ImageSet::read(std::size_t image) const {
  if (idx_) return idx_->image(static_cast<std::int64_t>(image));
  return read_image(path_ / files_.at(image));
}

Result<std::vector<std::int64_t>> ImageSet::labels(std::int64_t outputs) const {
  std::vector<std::int64_t> labels(class_of_.begin(), class_of_.end());
  if (idx_) {
    const std::int64_t classes = *std::ranges::max_element(labels) + 1;
    if (classes == outputs) return labels;
    return fail(ErrorKind::usage, fmt::format("{}: {} classes, but the model has {} outputs", name_, classes, outputs),
                "give the images that the model was made for");
  }
  auto output_of_class = outputs_of(classes_, class_list_, outputs);
  if (!output_of_class) {
    const Error& error = output_of_class.error();
    return fail(error.kind, fmt::format("{}: {}", name_, error.message), error.hint);
  }
  for (std::int64_t& label : labels) label = (*output_of_class)[static_cast<std::size_t>(label)];
  return labels;
}

}  // namespace wattlens::dataset
