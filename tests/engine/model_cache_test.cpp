#include "engine/model_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <set>

#include "fake/temporary_folder.h"

namespace wattlens::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ModelCache : public testing::Test {
 protected:
  // A file of 100 bytes that was written `age` ago.
  void add(const std::string& name, std::chrono::hours age) {
    ASSERT_TRUE(base::write_text(folder() / name, std::string(100, 'x')).has_value());
    std::filesystem::last_write_time(folder() / name, std::filesystem::file_time_type::clock::now() - age);
  }
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) names.insert(entry.path().filename());
    return names;
  }
  base::Path folder() const { return temporary_.path(); }

  fake::TemporaryFolder temporary_;
};

TEST_F(ModelCache, AFolderThatDoesNotExistIsMade) {
  EXPECT_TRUE(open_model_cache(folder() / "a" / "b").has_value());
  EXPECT_TRUE(std::filesystem::is_directory(folder() / "a" / "b"));
  EXPECT_TRUE(open_model_cache(folder() / "a" / "b").has_value());
}

TEST_F(ModelCache, AFolderThatCannotBeMadeIsAnError) {
  add("file", {});
  const auto opened = open_model_cache(folder() / "file" / "cache");
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().kind, ErrorKind::io);
  EXPECT_THAT(opened.error().message, HasSubstr("file/cache"));
}

TEST_F(ModelCache, AModelThatWasAddedOrWrittenAgainIsSeen) {
  EXPECT_THAT(cached_models(folder() / "nowhere"), IsEmpty());
  add("a.blob", std::chrono::hours(1));
  add("readme.txt", std::chrono::hours(1));
  const auto before = cached_models(folder());
  EXPECT_EQ(before.size(), 1);
  EXPECT_EQ(cached_models(folder()), before);
  add("a.blob", std::chrono::hours(0));
  EXPECT_NE(cached_models(folder()), before);
}

TEST_F(ModelCache, TrimmingAnEmptyOrMissingFolderDoesNothing) {
  trim_model_cache(folder(), base::Bytes{0});
  trim_model_cache(folder() / "nowhere", base::Bytes{0});
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ModelCache, WhatFitsIsKept) {
  add("a.blob", std::chrono::hours(1));
  add("b.blob", std::chrono::hours(2));
  trim_model_cache(folder(), base::Bytes{200});
  EXPECT_THAT(files(), ElementsAre("a.blob", "b.blob"));
}

TEST_F(ModelCache, TheOldestGoFirstAndOtherFilesStay) {
  add("old.blob", std::chrono::hours(3));
  add("new.blob", std::chrono::hours(1));
  add("middle.blob", std::chrono::hours(2));
  add("readme.txt", std::chrono::hours(9));
  trim_model_cache(folder(), base::Bytes{250});
  EXPECT_THAT(files(), ElementsAre("middle.blob", "new.blob", "readme.txt"));
  trim_model_cache(folder(), base::Bytes{99});
  EXPECT_THAT(files(), ElementsAre("readme.txt"));
}

}  // namespace
}  // namespace wattlens::engine
