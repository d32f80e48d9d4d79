#include "capture/frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "base/text.h"
#include "fake/temporary_folder.h"

namespace wattlens::capture {
namespace {

const std::string kEnergy = "sys/class/powercap/intel-rapl:0/energy_uj";
const std::string kHead = R"({"schema":"wattlens.frames/1","files":[")" + kEnergy + "\"]}\n";

class Frames : public testing::Test {
 protected:
  Frames() {
    std::filesystem::create_directories((folder_ / kEnergy).parent_path());
    std::filesystem::create_directories(folder_ / "wattlens");
    write(kEnergy, "100\n");
    write("sys/class/powercap/intel-rapl:0/name", "package-0\n");
  }
  void write(const std::string& file, std::string_view text) const {
    ASSERT_TRUE(base::write_text(folder_ / file, text));
  }
  static std::string text_of(const base::Path& file) { return base::read_text(file).value_or("unreadable"); }
  // Waits as long as it takes, up to what a busy machine may need.
  static bool comes_true(const std::function<bool()>& condition) {
    for (int i = 0; i < 3000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  fake::TemporaryFolder folder_;
};

TEST_F(Frames, AreWhatChangesAndNothingElse) {
  base::SystemClock clock;
  const base::Cancellation cancel;
  std::jthread kernel([&](const std::stop_token& stop) {
    for (int i = 101; !stop.stop_requested(); ++i) {
      (void)base::write_text(folder_ / kEnergy, std::to_string(i) + "\n");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  const auto text = record_frames(folder_.path(), capture_files(folder_.path()), base::Seconds{0.5}, clock, cancel);
  kernel.request_stop();
  const auto lines = base::split(base::trim(text), '\n');
  EXPECT_EQ(std::string(lines.front()) + "\n", kHead);
  ASSERT_GT(lines.size(), 2U);
  EXPECT_THAT(text, testing::HasSubstr("\\n\"]")) << "texts are kept as they are";
}

TEST_F(Frames, ArePlayedInACopyThatGoesAway) {
  write("wattlens/frames.jsonl", kHead + "[0,0,\"200\\n\"]\n[20000,0,\"9\\n\"]\n");
  base::Path root;
  {
    const auto replay = Replay::open(folder_.path());
    ASSERT_TRUE(replay) << replay.error().message;
    root = (*replay)->root();
    EXPECT_NE(root, folder_.path());
    EXPECT_TRUE(comes_true([&] { return text_of(root / kEnergy) == "9\n"; })) << "and a shorter text leaves no rest";
    EXPECT_EQ(text_of(root / "sys/class/powercap/intel-rapl:0/name"), "package-0\n");
    EXPECT_FALSE(std::filesystem::exists(root / "wattlens"));
  }
  EXPECT_FALSE(std::filesystem::exists(root));
  EXPECT_EQ(text_of(folder_ / kEnergy), "100\n") << "what was recorded stays";
}

TEST_F(Frames, StopAtOnceWhenNobodyListens) {
  write("wattlens/frames.jsonl", kHead + "[3600000000,0,\"200\\n\"]\n");
  ASSERT_TRUE(Replay::open(folder_.path()));
}

TEST_F(Frames, ATreeWithoutThemIsReadInPlace) {
  const auto replay = Replay::open(folder_.path());
  ASSERT_TRUE(replay);
  EXPECT_EQ((*replay)->root(), folder_.path());
}

TEST_F(Frames, AFolderWithoutAMachineIsRefused) {
  const fake::TemporaryFolder empty;
  EXPECT_EQ(Replay::open(empty.path()).error().kind, ErrorKind::usage);
  EXPECT_EQ(Replay::open(empty / "missing").error().kind, ErrorKind::usage);
}

TEST_F(Frames, ThatCannotBeUsedAreRefused) {
  for (const std::string& text :
       {std::string("text"), std::string("[]"), std::string("{}"), std::string(R"({"schema":"wattlens.frames/2"})"),
        std::string(R"({"schema":"wattlens.frames/1","files":["/etc/passwd"]})"),
        std::string(R"({"schema":"wattlens.frames/1","files":["sys/../../x"]})"),
        std::string(R"({"schema":"wattlens.frames/1","files":[7]})"), kHead + "[0,1,\"x\"]", kHead + "[0,-1,\"x\"]",
        kHead + "[0,0,7]", kHead + "[5,0,\"x\"]\n[4,0,\"y\"]", kHead + "{}"}) {
    write("wattlens/frames.jsonl", text);
    const auto refused = Replay::open(folder_.path());
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().kind, ErrorKind::usage) << text;
    EXPECT_NE(refused.error().message.find("frames.jsonl"), std::string::npos) << refused.error().message;
  }
}

TEST_F(Frames, OfAStrangerLeadNowhereElse) {
  const fake::TemporaryFolder elsewhere;
  ASSERT_TRUE(base::write_text(elsewhere / "secret", "secret"));
  std::filesystem::create_directories(folder_ / "proc");
  std::filesystem::create_symlink(elsewhere / "secret", folder_ / "proc/stat");
  write("wattlens/frames.jsonl", R"({"schema":"wattlens.frames/1","files":["proc/stat"]})"
                                 "\n[0,0,\"gone\"]\n");
  const auto replay = Replay::open(folder_.path());
  ASSERT_TRUE(replay) << replay.error().message;
  EXPECT_FALSE(std::filesystem::exists((*replay)->root() / "proc/stat"));
  EXPECT_EQ(text_of(elsewhere / "secret"), "secret");
}

}  // namespace
}  // namespace wattlens::capture
