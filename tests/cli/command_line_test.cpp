#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wattlens::cli {
namespace {

using ::testing::HasSubstr;

Result<Parsed> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "wattlens");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

Error error_of(std::vector<const char*> words) {
  const auto parsed = parse(std::move(words));
  return parsed ? Error{ErrorKind::internal, "it was understood", ""} : parsed.error();
}

TEST(CommandLine, WithoutACommandHelpIsShown) {
  const auto parsed = parse({});
  ASSERT_TRUE(parsed);
  EXPECT_FALSE(parsed->command);
  for (const char* command : {"doctor", "measure", "run", "list", "show", "export", "network"}) {
    EXPECT_THAT(parsed->text, HasSubstr(command));
  }
}

TEST(CommandLine, EveryCommandHasHelpWithAnExample) {
  const std::vector<std::vector<const char*>> commands = {{"doctor"}, {"measure"}, {"run"},        {"list"}, {"show"},
                                                          {"export"}, {"network"}, {"completion"}, {"man"},  {"audit"}};
  for (std::vector<const char*> words : commands) {
    const std::string example = std::string("  wattlens ") + words[0];
    words.push_back("--help");
    const auto parsed = parse(words);
    ASSERT_TRUE(parsed) << words[0];
    EXPECT_THAT(parsed->text, HasSubstr(example));
  }
}

TEST(CommandLine, EveryCommandAndOptionIsInCompletionAndManualPage) {
  const auto bash = parse({"completion", "bash"});
  ASSERT_TRUE(bash);
  for (const char* part : {"'wattlens network export'", "--warm-up-limit", "resnet50", "'wattlens run --format')",
                           "'table json jsonl csv md'"}) {
    EXPECT_THAT(bash->text, HasSubstr(part));
  }
  EXPECT_THAT(parse({"completion", "zsh"})->text, HasSubstr("#compdef wattlens"));
  EXPECT_THAT(parse({"man", "network", "export"})->text, HasSubstr(".TH WATTLENS-NETWORK-EXPORT"));
  EXPECT_THAT(parse({"man"})->text, HasSubstr(".SH COMMANDS"));
}

TEST(CommandLine, AnUnknownShellOrPageIsRefused) {
  EXPECT_EQ(error_of({"completion", "fish"}).kind, ErrorKind::usage);
  EXPECT_THAT(error_of({"man", "walk"}).message, HasSubstr("there is no command 'wattlens walk'"));
}

TEST(CommandLine, TheVersionIsOneLine) {
  const auto parsed = parse({"--version"});
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->text.starts_with("wattlens "));
  EXPECT_EQ(std::ranges::count(parsed->text, '\n'), 1);
}

TEST(CommandLine, FlagsOfRunArriveAsWritten) {
  const auto parsed = parse({"run", "--model", "resnet50,mobilenet_v2", "--batch", "1,8-64*2", "--budget", "120s",
                             "--quick", "--seed", "7", "--format", "json", "-o", "out.json", "--store", "s.db"});
  ASSERT_TRUE(parsed) << parsed.error().message;
  const auto& options = std::get<RunOptions>(*parsed->command);
  EXPECT_EQ(options.models, "resnet50,mobilenet_v2");
  EXPECT_EQ(options.batches, "1,8-64*2");
  EXPECT_EQ(options.budget, "120s");
  EXPECT_TRUE(options.quick);
  EXPECT_EQ(options.seed, 7U);
  EXPECT_EQ(options.output.format, report::Format::json);
  EXPECT_EQ(options.output.file, "out.json");
  EXPECT_EQ(options.store, "s.db");
  EXPECT_FALSE(options.precisions);
}

TEST(CommandLine, ExportGivesCsvUnlessToldOtherwise) {
  EXPECT_EQ(std::get<ExportOptions>(*parse({"export"})->command).output.format, report::Format::csv);
  const auto options = std::get<ExportOptions>(*parse({"export", "abc", "--part", "samples"})->command);
  EXPECT_EQ(options.experiment, "abc");
  EXPECT_EQ(options.part, ExportPart::samples);
}

TEST(CommandLine, NetworkHasCommandsOfItsOwn) {
  EXPECT_TRUE(std::holds_alternative<NetworkListOptions>(*parse({"network", "list"})->command));
  EXPECT_EQ(std::get<NetworkShowOptions>(*parse({"network", "show", "resnet50"})->command).name, "resnet50");
  const auto parsed = parse({"network", "export", "resnet50", "-o", "a.safetensors", "--format", "safetensors"});
  EXPECT_EQ(std::get<NetworkExportOptions>(*parsed->command).format, NetworkFormat::safetensors);
}

TEST(CommandLine, AMistakeIsAUsageErrorThatNamesTheHelp) {
  EXPECT_EQ(error_of({"rnu"}).message, "unknown command 'rnu'");
  EXPECT_THAT(error_of({"rnu"}).hint, HasSubstr("wattlens run"));
  EXPECT_THAT(error_of({"run", "--modell", "x"}).message, HasSubstr("--modell"));
  EXPECT_THAT(error_of({"run", "--modell", "x"}).hint, HasSubstr("wattlens run --help"));
  EXPECT_THAT(error_of({"list", "--format", "xml"}).message, HasSubstr("xml"));
  EXPECT_THAT(error_of({"list", "--limit", "0"}).message, HasSubstr("--limit"));
  EXPECT_THAT(error_of({"network"}).hint, HasSubstr("wattlens network --help"));
  EXPECT_THAT(error_of({"network", "show"}).hint, HasSubstr("wattlens network show --help"));
  EXPECT_EQ(error_of({"run", "--seed", "x"}).kind, ErrorKind::usage);
  EXPECT_EQ(error_of({"run", "--seed", "-1"}).kind, ErrorKind::usage);
}

TEST(CommandLine, WhatStandsAfterTheDashesBelongsToTheMeasuredCommand) {
  const auto parsed = parse({"measure", "--repeat", "3", "--", "run", "--help", "--", "--json"});
  ASSERT_TRUE(parsed) << parsed.error().message;
  const auto& options = std::get<MeasureOptions>(*parsed->command);
  EXPECT_EQ(options.repeat, 3);
  EXPECT_FALSE(options.json);
  EXPECT_EQ(options.command, (std::vector<std::string>{"run", "--help", "--", "--json"}));
}

TEST(CommandLine, AMeasuredCommandNeedsDashes) {
  EXPECT_THAT(error_of({"measure", "sleep", "1"}).message, HasSubstr("'sleep' stands before --"));
  EXPECT_THAT(error_of({"measure", "ls", "-l"}).hint, HasSubstr("put -- before the command"));
  EXPECT_THAT(error_of({"measure"}).message, HasSubstr("no command"));
}

TEST(CommandLine, CompareTakesPointsCommandsOrExperiments) {
  const auto commands = parse({"compare", "--blocks", "12", "--", "sleep 1", "sleep 2 --blocks 3"});
  ASSERT_TRUE(commands) << commands.error().message;
  const auto& options = std::get<CompareOptions>(*commands->command);
  EXPECT_EQ(options.blocks, 12);
  EXPECT_EQ(options.commands, (std::vector<std::string>{"sleep 1", "sleep 2 --blocks 3"}));
  const auto points = parse({"compare", "--model", "resnet50", "--precision", "f32,bf16"});
  ASSERT_TRUE(points) << points.error().message;
  EXPECT_EQ(std::get<CompareOptions>(*points->command).run.precisions, "f32,bf16");
  const auto stored = parse({"compare", "20261121", "last"});
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(std::get<CompareOptions>(*stored->command).experiments, (std::vector<std::string>{"20261121", "last"}));
}

TEST(CommandLine, CompareRefusesWhatDoesNotBelongTogether) {
  EXPECT_THAT(error_of({"compare"}).message, HasSubstr("nothing to compare"));
  EXPECT_THAT(error_of({"compare", "last", "--", "true"}).message, HasSubstr("not compared with each other"));
  EXPECT_THAT(error_of({"compare", "--", "true"}).message, HasSubstr("one command alone"));
  EXPECT_THAT(error_of({"compare", "a", "b", "--baseline", "c"}).message, HasSubstr("--baseline"));
  EXPECT_THAT(error_of({"compare", "a", "b", "--save-baseline", "c"}).message, HasSubstr("--save-baseline"));
  EXPECT_THAT(error_of({"compare", "a", "b", "--all-pairs"}).message, HasSubstr("--all-pairs"));
  EXPECT_THAT(error_of({"compare", "--blocks", "1", "--", "true", "true"}).message, HasSubstr("--blocks"));
}

}  // namespace
}  // namespace wattlens::cli
