#include "bundle/archive.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "base/random.h"
#include "bundle/archives.h"

namespace wattlens::bundle {
namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

std::string written(const Members& members) {
  std::string text;
  ArchiveWriter writer(sink_to(text));
  for (const auto& [name, bytes] : members) EXPECT_TRUE(writer.add(name, bytes));
  EXPECT_TRUE(writer.finish());
  return text;
}

Result<Members> read(Source source) {
  ArchiveReader reader(std::move(source), "a.tar.zst");
  Members members;
  while (true) {
    WATTLENS_TRY(const auto member, reader.next());
    if (!member) return members;
    WATTLENS_TRY(std::string bytes, reader.read(member->bytes));
    members.emplace_back(member->name, std::move(bytes));
  }
}

Error refusal(Source source) {
  auto members = read(std::move(source));
  EXPECT_FALSE(members);
  return members ? Error{} : members.error();
}

Members some_members() {
  base::Random random(7);
  std::string noise;
  for (int i = 0; i < 300'000; ++i) noise += static_cast<char>(random.below(256));
  return {{"manifest.json", "{}"}, {"a/empty", ""}, {"a/noise", noise}, {"a/text", std::string(2'000'000, 'x')}};
}

TEST(Archive, AnEmptyOneIsOne) { EXPECT_TRUE(read(source_of(written({})))->empty()); }

TEST(Archive, MembersComeBackAsTheyWereInPiecesOfAnySize) {
  const std::string text = written(some_members());
  for (const std::size_t piece : {1UL, 7UL, 4096UL, 1UL << 22U}) {
    const auto members = read(source_of(text, piece));
    ASSERT_TRUE(members) << members.error().message;
    EXPECT_EQ(*members, some_members());
  }
}

TEST(Archive, TheSameMembersGiveTheSameBytes) { EXPECT_EQ(written(some_members()), written(some_members())); }

TEST(Archive, WhatItsWriterDidNotFinishIsTruncated) {
  std::string text;
  {
    ArchiveWriter writer(sink_to(text));
    EXPECT_TRUE(writer.add("big", some_members()[2].second));
  }
  EXPECT_NE(refusal(source_of(text)).message.find("truncated"), std::string::npos);
}

TEST(Archive, EveryPrefixIsRefused) {
  const std::string text = written({{"manifest.json", "{}"}, {"a/b", "some text"}});
  for (std::size_t size = 0; size < text.size(); ++size) {
    const Error error = refusal(source_of(text.substr(0, size)));
    EXPECT_EQ(error.kind, ErrorKind::usage) << size;
    EXPECT_FALSE(error.hint.empty());
  }
}

TEST(Archive, AChangedByteIsNeverAnotherContent) {
  const Members members = {{"manifest.json", "{}"}, {"a/b", "some text"}};
  const std::string text = written(members);
  std::size_t refused = 0;
  for (std::size_t place = 0; place < text.size(); ++place) {
    std::string changed = text;
    changed[place] = static_cast<char>(changed[place] ^ 0x10);
    const auto found = read(source_of(changed));
    if (found) {
      EXPECT_EQ(*found, members) << place;
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, text.size() * 9 / 10);
}

TEST(Archive, AnotherFileIsNoBundle) {
  for (const std::string& text : {std::string(), std::string("id,watts\n1,2\n"), std::string("SQLite format 3\0", 16),
                                  compressed("plain text, compressed"), std::string(5000, '\0')}) {
    EXPECT_EQ(refusal(source_of(text)).kind, ErrorKind::usage);
  }
}

TEST(Archive, OnlyPlainFilesAreTaken) {
  const std::pair<char, std::string_view> kinds[] = {{'1', "hard link"}, {'2', "symbolic link"}, {'3', "device"},
                                                     {'4', "device"},    {'5', "folder"},        {'6', "pipe"}};
  for (const auto& [type, word] : kinds) {
    const Error error = refusal(source_of(compressed(tar_member("x", "", type, "/etc/passwd") + tar_end())));
    EXPECT_NE(error.message.find(word), std::string::npos) << type << ": " << error.message;
  }
}

TEST(Archive, ANameIsFitToBeShown) {
  const std::string tar = tar_member("a\x1b[2J\nb", "text") + tar_end();
  EXPECT_EQ(read(source_of(compressed(tar)))->front().first, "a?[2J?b");
}

TEST(Archive, WhatFollowsItsEndIsRefused) {
  const std::string text = written({{"a", "b"}});
  EXPECT_NE(refusal(source_of(text + "more")).message.find("goes on"), std::string::npos);
  EXPECT_NE(refusal(source_of(text + text)).message.find("goes on"), std::string::npos);
}

TEST(Archive, ASizeThatIsNotThereIsTruncated) {
  const std::string tar = tar_member("a", "text", '0', "", "77777777777");
  EXPECT_EQ(refusal(source_of(compressed(tar))).kind, ErrorKind::usage);
}

TEST(Archive, MoreThanWasAskedForIsNotRead) {
  ArchiveReader reader(source_of(written({{"a", std::string(100, 'x')}})), "a.tar.zst");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.read(99).error().kind, ErrorKind::usage);
}

TEST(Archive, WhatTheSourceSaysIsPassedOn) {
  const auto broken = [](std::span<char>) -> Result<std::size_t> { return fail(ErrorKind::io, "the disk says no"); };
  EXPECT_EQ(refusal(broken).message, "the disk says no");
}

TEST(Archive, WhatTheSinkSaysIsPassedOn) {
  std::size_t room = 1000;
  ArchiveWriter writer([&](std::string_view bytes) -> Result<void> {
    if (bytes.size() > room) return fail(ErrorKind::io, "the disk is full");
    room -= bytes.size();
    return {};
  });
  Result<void> done;
  for (const auto& [name, bytes] : some_members()) {
    done = writer.add(name, bytes);
    if (!done) break;
  }
  if (done) done = writer.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "the disk is full");
}

}  // namespace
}  // namespace wattlens::bundle
