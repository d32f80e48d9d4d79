#include "base/file.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace wattlens::base {
namespace {

class File : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("wattlens-file-test-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  Path folder_;
};

TEST_F(File, WhatIsWrittenIsRead) {
  ASSERT_TRUE(write_text(folder_ / "a", "one\n"));
  ASSERT_TRUE(write_text(folder_ / "a", "two\n"));
  EXPECT_EQ(read_text(folder_ / "a"), "two\n");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(File, AMissingFileIsNamed) {
  const auto result = read_text(folder_ / "absent");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("absent"), std::string::npos);
  EXPECT_FALSE(result.error().hint.empty());
}

TEST_F(File, ProcFilesAreReadWhole) { EXPECT_GT(read_text("/proc/self/status")->size(), 100U); }

TEST_F(File, MappedFilesShowTheirBytes) {
  ASSERT_TRUE(write_text(folder_ / "a", "abc"));
  const auto mapped = MappedFile::open(folder_ / "a");
  ASSERT_TRUE(mapped);
  EXPECT_EQ(mapped->bytes().size(), 3U);
  EXPECT_EQ(mapped->bytes()[2], std::byte{'c'});
  ASSERT_TRUE(write_text(folder_ / "empty", ""));
  EXPECT_TRUE(MappedFile::open(folder_ / "empty")->bytes().empty());
  EXPECT_FALSE(MappedFile::open(folder_));
}

TEST_F(File, PiecesAppearTogetherOrNotAtAll) {
  ASSERT_TRUE(write_text(folder_ / "a", "old"));
  {
    auto file = OutputFile::create(folder_ / "a");
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("new "));
    EXPECT_EQ(read_text(folder_ / "a"), "old");
  }
  EXPECT_EQ(read_text(folder_ / "a"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  auto file = OutputFile::create(folder_ / "a");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write("new "));
  ASSERT_TRUE(file->write("text"));
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(read_text(folder_ / "a"), "new text");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(File, WritingToAFullDiskIsAnError) {
  const auto result = write_text("/dev/full", "x");
  EXPECT_FALSE(result);
}

}  // namespace
}  // namespace wattlens::base
