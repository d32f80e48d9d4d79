#include "dataset/image_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dataset/image_reader.h"
#include "dataset/pictures.h"
#include "fake/temporary_folder.h"

namespace wattlens::dataset {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ImageSets : public testing::Test {
 protected:
  void put(const base::Path& name, const std::string& bytes) {
    const base::Path path = folder_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    ASSERT_TRUE(base::write_text(path, bytes));
  }
  void put_image(const base::Path& name, const std::string& golden = "gray_1.png") {
    put(name, base::read_text(golden_images() / golden).value());
  }
  Result<ImageSet> open(const base::Path& name = {}) { return ImageSet::open(folder_.path() / name); }
  std::string open_error(const base::Path& name = {}) {
    const auto set = open(name);
    return set ? std::string() : set.error().message;
  }
  static std::vector<std::string> names(const ImageSet& set) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < set.size(); ++i) all.push_back(set.name_of(i));
    return all;
  }

  fake::TemporaryFolder folder_;
};

// An IDX file: dimensions of one byte each.
std::string idx(const std::vector<char>& dimensions, const std::string& data) {
  std::string file{'\0', '\0', '\x08', static_cast<char>(dimensions.size())};
  for (const char size : dimensions) file += std::string(3, '\0') + size;
  return file + data;
}

TEST_F(ImageSets, AnEmptyOrMissingFolderIsAnError) {
  EXPECT_THAT(open_error(), HasSubstr("holds no JPEG or PNG files"));
  EXPECT_THAT(open_error("nowhere"), HasSubstr("cannot read"));
  put("notes.txt", "x");
  EXPECT_THAT(open_error(), HasSubstr("holds no JPEG or PNG files"));
  EXPECT_THAT(open_error("notes.txt"), HasSubstr("neither a folder nor an IDX file"));
}

TEST_F(ImageSets, AFlatFolderIsSortedAndHasNoLabels) {
  for (const char* name : {"b.png", "a.JPG", "c.jpeg", ".hidden.png", "d.gif"}) put_image(name);
  const auto set = open();
  ASSERT_TRUE(set.has_value());
  EXPECT_THAT(names(*set), ElementsAre("a.JPG", "b.png", "c.jpeg"));
  EXPECT_FALSE(set->labelled());
  EXPECT_EQ(set->read(0)->size(), (Size{9, 2}));
}

TEST_F(ImageSets, HiddenFoldersAreNotLookedAt) {
  put_image("3/a.png");
  put_image("3/.checkpoints/a-checkpoint.png");
  const auto set = open();
  ASSERT_TRUE(set.has_value());
  EXPECT_THAT(names(*set), ElementsAre("3/a.png"));
}

TEST_F(ImageSets, TheFingerprintFollowsNamesAndSizes) {
  put_image("a.png");
  const std::string before = open()->fingerprint();
  EXPECT_EQ(open()->fingerprint(), before);
  put_image("a.png", "gray_2.png");
  EXPECT_NE(open()->fingerprint(), before);
}

TEST_F(ImageSets, FoldersAreClassesInSortedOrder) {
  for (const char* name : {"dog/x.png", "cat/2.png", "cat/deeper/1.png"}) put_image(name);
  const auto set = open();
  ASSERT_TRUE(set.has_value());
  EXPECT_THAT(names(*set), ElementsAre("cat/2.png", "cat/deeper/1.png", "dog/x.png"));
  EXPECT_THAT(*set->labels(2), ElementsAre(0, 0, 1));
  const auto other = set->labels(1000);
  ASSERT_FALSE(other.has_value());
  EXPECT_THAT(other.error().message, HasSubstr("2 classes, but the model has 1000 outputs"));
}

TEST_F(ImageSets, FoldersThatAreNumbersAreOutputs) {
  for (const char* name : {"10/a.png", "9/a.png"}) put_image(name);
  EXPECT_THAT(*open()->labels(11), ElementsAre(10, 9));
  EXPECT_THAT(open()->labels(10).error().message, HasSubstr("number 10, the model has 10 outputs"));
}

TEST_F(ImageSets, AListOfClassesSaysWhichOutputAClassIs) {
  for (const char* name : {"n01440764/a.png", "great white shark/a.png"}) put_image(name);
  put("classes.txt", "n01443537 goldfish\ngreat white shark\nn01440764 tench, Tinca tinca\n\n");
  EXPECT_THAT(*open()->labels(3), ElementsAre(1, 2));
  EXPECT_THAT(open()->labels(4).error().message, HasSubstr("names 3 classes, the model has 4 outputs"));
  put_image("newt/a.png");
  EXPECT_THAT(open()->labels(3).error().message, HasSubstr("does not name the class 'newt'"));
}

TEST_F(ImageSets, AWholeLineOfTheListIsMeantBeforeAFirstWord) {
  put("classes.txt", "tench\ntiger cat\ntiger\ncrane bird\ncrane machine");
  for (const char* name : {"tench/a.png", "tiger/a.png"}) put_image(name);
  EXPECT_THAT(*open()->labels(5), ElementsAre(0, 2));
  put_image("crane/a.png");
  EXPECT_THAT(open()->labels(5).error().message, HasSubstr("names the class 'crane' 2 times"));
}

TEST_F(ImageSets, ImagesBesideClassesOrEmptyClassesAreErrors) {
  put_image("cat/a.png");
  std::filesystem::create_directories(folder_.path() / "dog");
  EXPECT_THAT(open_error(), HasSubstr("the class 'dog'"));
  put_image("dog/a.png");
  put_image("a.png");
  EXPECT_THAT(open_error(), HasSubstr("images beside folders of images"));
}

TEST_F(ImageSets, IdxFilesHaveTheirLabelsBesideThem) {
  put("t-images-idx3-ubyte", idx({2, 1, 3}, "abcdef"));
  ASSERT_TRUE(open("t-images-idx3-ubyte").has_value());
  EXPECT_FALSE(open("t-images-idx3-ubyte")->labelled());
  put("t-labels-idx1-ubyte", idx({2}, std::string("\x03\x00", 2)));
  const auto set = open("t-images-idx3-ubyte");
  ASSERT_EQ(set->size(), 2U);
  EXPECT_EQ(set->read(1)->size(), (Size{3, 1}));
  EXPECT_THAT(set->read(1)->bytes(), ElementsAre('d', 'd', 'd', 'e', 'e', 'e', 'f', 'f', 'f'));
  EXPECT_THAT(*set->labels(4), ElementsAre(3, 0));
  EXPECT_THAT(set->labels(10).error().message, HasSubstr("4 classes, but the model has 10 outputs"));
  put("t-labels-idx1-ubyte", idx({1}, "\x03"));
  EXPECT_THAT(open_error("t-images-idx3-ubyte"), HasSubstr("2 images, but 1 labels"));
}

TEST_F(ImageSets, IdxFilesThatLieAboutTheirLengthAreErrors) {
  for (const std::string& bytes : {idx({2, 1, 3}, "abcde"), idx({2, 1, 3}, "abcdefg"), idx({0, 1, 3}, ""),
                                   idx({2}, "ab"), idx({2, 1, 3}, "abcdef").substr(0, 9),
                                   std::string("\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16)}) {
    put("x", bytes);
    EXPECT_FALSE(open_error("x").empty());
  }
}

// Made by Python: gzip.compress(idx) of two images of 1 x 3 pixels.
TEST_F(ImageSets, IdxFilesMayBePacked) {
  const auto packed = base::read_text(golden_images() / "idx3.gz").value();
  put("x.gz", packed);
  EXPECT_THAT(open("x.gz")->read(0)->bytes(), ElementsAre(1, 1, 1, 2, 2, 2, 3, 3, 3));
  put("x.gz", packed.substr(0, packed.size() - 12));
  EXPECT_THAT(open_error("x.gz"), HasSubstr("gzip data end early"));
}

TEST_F(ImageSets, ABrokenImageEndsReadingOrIsLeftOut) {
  put_image("a.png");
  put("b.png", "nonsense");
  put_image("c.png");
  const auto set = open();
  const Preprocessing steps = preprocessing_for(4);
  std::vector<float> out(3 * steps.values());
  ImageReader strict(*set, steps, BrokenImages::fail);
  const auto failed = strict.fill(out);
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().message, HasSubstr("b.png: neither"));
  ImageReader patient(*set, steps, BrokenImages::skip);
  ASSERT_TRUE(patient.fill(out));
  EXPECT_THAT(patient.broken(), ElementsAre(HasSubstr("b.png")));
  const std::span<const float> values(out);
  EXPECT_TRUE(std::ranges::equal(values.first(steps.values()), values.last(steps.values())));
}

TEST_F(ImageSets, ASetWithoutAGoodImageIsAnError) {
  put("b.png", "nonsense");
  const auto set = open();
  const Preprocessing steps = preprocessing_for(4);
  std::vector<float> out(steps.values());
  EXPECT_THAT(ImageReader(*set, steps, BrokenImages::skip).fill(out).error().message,
              HasSubstr("none of the 1 images"));
}

}  // namespace
}  // namespace wattlens::dataset
