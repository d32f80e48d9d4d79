#include "cli/output.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "fake/temporary_folder.h"

namespace wattlens::cli {
namespace {

OutputOptions to(const base::Path& file) { return {.file = file}; }

std::ptrdiff_t files_in(const base::Path& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
}

TEST(Output, AFileAppearsWholeOrNotAtAll) {
  const fake::TemporaryFolder folder;
  const base::Path file = folder / "out.txt";
  {
    auto output = Output::open(to(file));
    ASSERT_TRUE(output);
    ASSERT_TRUE(output->write("one "));
    ASSERT_TRUE(output->write("two"));
    EXPECT_FALSE(std::filesystem::exists(file));
    ASSERT_TRUE(output->finish());
    EXPECT_EQ(base::read_text(file).value(), "one two");
  }
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST(Output, WhatWasNotFinishedLeavesTheOldFile) {
  const fake::TemporaryFolder folder;
  const base::Path file = folder / "out.txt";
  ASSERT_TRUE(base::write_text(file, "old"));
  {
    auto output = Output::open(to(file));
    ASSERT_TRUE(output);
    ASSERT_TRUE(output->write("new"));
  }
  EXPECT_EQ(base::read_text(file).value(), "old");
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST(Output, ABadPathIsFoundOutBeforeTheWork) {
  const fake::TemporaryFolder folder;
  const auto missing = Output::open(to(folder / "no/such/out.txt"));
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("no/such/out.txt"), std::string::npos);
  EXPECT_FALSE(missing.error().hint.empty());
  const auto onto_folder = Output::open(to(folder.path()));
  ASSERT_FALSE(onto_folder);
  EXPECT_EQ(onto_folder.error().kind, ErrorKind::usage);
}

TEST(Output, ADeviceIsWrittenAndNotReplaced) {
  auto output = Output::open(to("/dev/null"));
  ASSERT_TRUE(output);
  EXPECT_TRUE(output->write("gone"));
  EXPECT_TRUE(output->finish());
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(Output, AFullDeviceIsAnError) {
  auto output = Output::open(to("/dev/full"));
  ASSERT_TRUE(output);
  const auto written = output->write("text");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::io);
  EXPECT_FALSE(written.error().hint.empty());
}

TEST(Output, AClosedPipeIsAnError) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  auto output = Output::open(to("/dev/fd/" + std::to_string(ends[1])));
  ASSERT_TRUE(output) << output.error().message;
  close(ends[0]);
  close(ends[1]);
  const auto written = output->write("text");
  std::signal(SIGPIPE, before);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::io);
  EXPECT_NE(written.error().message.find("closed"), std::string::npos) << written.error().message;
}

}  // namespace
}  // namespace wattlens::cli
