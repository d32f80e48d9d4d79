#include "worker/engine_location.h"

#include <gmock/gmock.h>
#include <unistd.h>

namespace wattlens::worker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class EngineLocations : public testing::Test {
 protected:
  Result<std::vector<EngineLocation>> read(std::string_view text) const {
    EXPECT_TRUE(base::write_text(folder_ / "engines.json", text));
    return read_engine_locations(folder_ / "engines.json");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  base::Path folder_ = [] {
    std::string name = testing::TempDir() + "engines-XXXXXX";
    return base::Path(::mkdtemp(name.data()));
  }();
};

TEST_F(EngineLocations, AMissingFileSaysHowToGetIt) {
  const auto locations = read_engine_locations(folder_ / "engines.json");
  ASSERT_FALSE(locations);
  EXPECT_EQ(locations.error().kind, ErrorKind::usage);
  EXPECT_THAT(locations.error().hint, HasSubstr("make build"));
}

TEST_F(EngineLocations, ABuildWithoutEnginesIsAnEmptyList) {
  const auto locations = read(R"({"schema": "wattlens.engines/1", "engines": []})");
  ASSERT_TRUE(locations);
  EXPECT_TRUE(locations->empty());
}

TEST_F(EngineLocations, RelativePathsStartAtTheFile) {
  const auto locations = read(R"({"schema": "wattlens.engines/1", "engines": [
      {"name": "a", "worker": "bin/worker-a", "library_path": "/opt/a"},
      {"name": "b", "worker": "/usr/bin/python3", "arguments": ["-u", "b.py"]}]})");
  ASSERT_TRUE(locations) << locations.error().message;
  ASSERT_EQ(locations->size(), 2U);
  EXPECT_EQ((*locations)[0].executable, folder_ / "bin/worker-a");
  EXPECT_EQ((*locations)[0].library_path, "/opt/a");
  EXPECT_EQ((*locations)[1].executable, "/usr/bin/python3");
  EXPECT_TRUE((*locations)[1].library_path.empty());
  EXPECT_THAT((*locations)[1].arguments, ElementsAre("-u", "b.py"));
}

TEST_F(EngineLocations, ABrokenFileIsNamed) {
  for (const auto* text :
       {"", "{", "[]", R"({"engines": []})", R"({"schema": "wattlens.engines/2", "engines": []})",
        R"({"schema": "wattlens.engines/1"})", R"({"schema": "wattlens.engines/1", "engines": [{"name": "a"}]})",
        R"({"schema": "wattlens.engines/1", "engines": [3]})",
        R"({"schema": "wattlens.engines/1", "engines": [{"name": "a", "worker": "w",
                               "arguments": [1]}]})"}) {
    const auto locations = read(text);
    ASSERT_FALSE(locations) << text;
    EXPECT_EQ(locations.error().kind, ErrorKind::usage);
    EXPECT_THAT(locations.error().message, HasSubstr("engines.json"));
  }
}

}  // namespace
}  // namespace wattlens::worker
