#include "cli/network_command.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/json.h"
#include "fake/golden.h"
#include "fake/temporary_folder.h"

namespace wattlens::cli {
namespace {

using report::Format;

class NetworkCommand : public testing::Test {
 protected:
  Result<std::string> shown(const NetworkShowOptions& options, Format format) const {
    const base::Path file = folder_ / "out";
    WATTLENS_TRY(Output output, Output::open({.format = format, .file = file}));
    WATTLENS_CHECK(network_show(options, cancel_, output));
    WATTLENS_CHECK(output.finish());
    return base::read_text(file);
  }
  // Small, so that weights are made quickly.
  NetworkExportOptions small(const char* file) const {
    return {.name = "shufflenet_v2_x0_5", .size = {.image_size = 64, .classes = 10}, .file = folder_ / file};
  }

  fake::TemporaryFolder folder_;
  base::Cancellation cancel_;
};

TEST_F(NetworkCommand, TheListReadsAsApproved) {
  for (const auto& [format, end] : {std::pair(Format::table, "txt"), std::pair(Format::csv, "csv")}) {
    const base::Path file = folder_ / "list";
    auto output = Output::open({.format = format, .file = file});
    ASSERT_TRUE(output);
    ASSERT_TRUE(network_list({}, *output));
    ASSERT_TRUE(output->finish());
    fake::expect_golden(std::string("cli/network_list.") + end, base::read_text(file).value());
  }
}

TEST_F(NetworkCommand, LayersAddUpToTheTotal) {
  const auto text = shown({.name = "resnet50"}, Format::json);
  ASSERT_TRUE(text) << text.error().message;
  const auto json = base::parse_json(*text, "output").value();
  EXPECT_EQ(json["parameters"], 25557032);
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;
  for (const auto& layer : json["layers"]) {
    parameters += layer["parameters"].get<std::int64_t>();
    multiply_adds += layer["multiply_adds"].get<std::int64_t>();
  }
  EXPECT_EQ(json["parameters"], parameters);
  EXPECT_EQ(json["multiply_adds"], multiply_adds);
}

TEST_F(NetworkCommand, EveryFormatShowsEveryLayer) {
  const auto lines = shown({.name = "alexnet"}, Format::jsonl).value();
  const auto layers = std::ranges::count(lines, '\n');
  EXPECT_GT(layers, 10);
  EXPECT_EQ(std::ranges::count(shown({.name = "alexnet"}, Format::csv).value(), '\n'), layers + 1);
  for (const Format format : {Format::table, Format::markdown}) {
    EXPECT_GT(std::ranges::count(shown({.name = "alexnet"}, format).value(), '\n'), layers);
  }
}

TEST_F(NetworkCommand, AnUnknownNameLeadsToTheNearest) {
  const auto text = shown({.name = "resnet5"}, Format::table);
  ASSERT_FALSE(text);
  EXPECT_NE((text.error().message + text.error().hint).find("resnet50"), std::string::npos);
}

TEST_F(NetworkCommand, OnnxComesWithItsDataBesideItOrInOneFile) {
  auto options = small("net.onnx");
  const auto two = network_export(options);
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_TRUE(std::filesystem::exists(folder_ / "net.onnx.data"));
  EXPECT_NE(two->find("net.onnx.data"), std::string::npos);

  options.file = folder_ / "one.onnx";
  options.single_file = true;
  options.batch = 4;
  ASSERT_TRUE(network_export(options));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "one.onnx.data"));
  EXPECT_GT(std::filesystem::file_size(folder_ / "one.onnx"), std::filesystem::file_size(folder_ / "net.onnx"));
}

TEST_F(NetworkCommand, ExportedWeightsComeBackTheSame) {
  auto options = small("weights.safetensors");
  options.format = NetworkFormat::safetensors;
  options.seed = 7;
  ASSERT_TRUE(network_export(options));
  const std::string first = base::read_text(folder_ / "weights.safetensors").value();
  options.weights = folder_ / "weights.safetensors";
  options.file = folder_ / "again.safetensors";
  options.seed = 8;
  ASSERT_TRUE(network_export(options));
  EXPECT_EQ(base::read_text(folder_ / "again.safetensors").value(), first);
}

TEST_F(NetworkCommand, WhatDoesNotBelongTogetherIsRefused) {
  auto options = small("x");
  options.format = NetworkFormat::safetensors;
  options.single_file = true;
  EXPECT_EQ(network_export(options).error().kind, ErrorKind::usage);
  options.single_file = false;
  options.batch = 1;
  EXPECT_EQ(network_export(options).error().kind, ErrorKind::usage);
  options.format = NetworkFormat::onnx;
  options.batch = 0;
  EXPECT_EQ(network_export(options).error().kind, ErrorKind::usage);
  options = small("x");
  options.file.clear();
  EXPECT_EQ(network_export(options).error().kind, ErrorKind::usage);
  options = small("no/such/x");
  EXPECT_FALSE(network_export(options));
  options = small("x");
  options.weights = folder_ / "none.safetensors";
  EXPECT_FALSE(network_export(options));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

}  // namespace
}  // namespace wattlens::cli
