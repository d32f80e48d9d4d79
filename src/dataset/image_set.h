// A set of images, with or without labels: a folder of JPEG and PNG files, or a pair of IDX files.
//
//     FOLDER/*.jpg                  images without labels, sorted by name
//     FOLDER/CLASS/**/*.jpg         labelled; FOLDER/classes.txt may say which output of a model a class is
//     train-images-idx3-ubyte[.gz]  labelled where ...-labels-idx1-ubyte[.gz] lies beside it
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "dataset/class_names.h"
#include "dataset/idx.h"
#include "dataset/image.h"

namespace wattlens::dataset {

// Nothing of it changes after it was opened: reading is thread-safe.
class ImageSet {
 public:
  // Lists the files, and reads none but IDX files. Errors of kind usage: the path cannot be read, there are no images,
  // or images lie beside folders of images.
  static Result<ImageSet> open(const base::Path& path);

  const base::Path& path() const { return path_; }   // as it was given
  const std::string& name() const { return name_; }  // the folder's or the file's, without where it lies
  std::size_t size() const { return idx_ ? static_cast<std::size_t>(idx_->count) : files_.size(); }
  std::string name_of(std::size_t image) const;  // "cat/1.png", "image 17"
  Result<Image> read(std::size_t image) const;   // errors name the file
  bool labelled() const { return !class_of_.empty(); }

  // Of each image, the output of a model with so many that would be right. The set is labelled.
  Result<std::vector<std::int64_t>> labels(std::int64_t outputs) const;

  // FNV-1a, 64 bits in hexadecimal, over the names and sizes of the files, or over the bytes of the IDX file.
  const std::string& fingerprint() const { return fingerprint_; }

 private:
  Result<void> open_folder();
  Result<void> open_idx();
  Result<void> add_files(const base::Path& folder, bool deep, std::vector<std::string>& files) const;
  Result<void> add_classes(const std::vector<base::Path>& folders);
  Result<void> make_fingerprint();

  base::Path path_;
  std::string name_;
  std::vector<std::string> files_;       // below path_, sorted
  std::vector<std::string> classes_;     // sorted
  std::vector<std::size_t> class_of_;    // of each image, in classes_, or the label itself of IDX files
  std::optional<ClassList> class_list_;  // classes.txt
  std::optional<IdxImages> idx_;
  std::string fingerprint_;
};

}  // namespace wattlens::dataset
