#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/man_page.h"

namespace wattlens::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

CommandInfo program() {
  CommandInfo run{
      .path = "tool run", .about = "Don't stop: run [all] of them", .footer = "\nExample:\n  tool run x\nEnd."};
  run.options = {{.value = "PLAN", .about = "A plan", .kind = ValueKind::file},
                 {.names = {"--output", "-o"}, .value = "FILE", .about = "Where to", .kind = ValueKind::file},
                 {.names = {"--precision"},
                  .value = "LIST",
                  .about = "f32 or bf16",
                  .group = "Axes",
                  .kind = ValueKind::list,
                  .choices = {"f32", "bf16"}},
                 {.names = {"--quick"}, .about = "Be quick"}};
  CommandInfo tool{.path = "tool", .about = "Runs"};
  tool.commands = {run};
  return tool;
}

TEST(BashCompletion, KnowsEveryCommandOptionAndValue) {
  const std::string script = bash_completion(program());
  EXPECT_THAT(script, HasSubstr("'tool run') path+="));
  EXPECT_THAT(script, HasSubstr("'tool run --output'|'tool run -o') _wattlens_paths -f"));
  EXPECT_THAT(script, HasSubstr("'tool run --precision') _wattlens_list 'f32 bf16'"));
  EXPECT_THAT(script, HasSubstr("_wattlens_words '--output -o --precision --quick'"));
  EXPECT_THAT(script, Not(HasSubstr("'tool run --quick')"))) << "a flag has no value";
}

TEST(ZshCompletion, QuotesWhatMeansSomethingToTheShell) {
  const std::string script = zsh_completion(program());
  EXPECT_THAT(script, HasSubstr("'--quick[Be quick]'"));
  EXPECT_THAT(script, HasSubstr("'(--output -o)'{--output=,-o+}'[Where to]:FILE:_files'"));
  EXPECT_THAT(script, HasSubstr("'run:Don'\\''t stop: run [all] of them'"));
}

TEST(ManPage, HasItsSectionsAndKeepsDashesAndExamples) {
  const CommandInfo tool = program();
  const std::string page = man_page(tool.commands.front(), "1.2.3");
  for (const char* part :
       {".TH TOOL-RUN 1", ".SH NAME\ntool\\-run \\- Don't stop", ".SH OPTIONS", ".SH AXES",
        "\\fB\\-\\-output\\fR, \\fB\\-o\\fR \\fIFILE\\fR\nWhere to", ".nf\n  tool run x\n.fi", "\\fBtool\\fR(1)"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

TEST(ManPage, ALineIsNeverTakenForARequest) {
  CommandInfo tool = program();
  tool.footer = ".hidden is a file\nand \\n is none";
  EXPECT_THAT(man_page(tool, "1"), HasSubstr("\\&.hidden is a file\n.br\nand \\en is none"));
}

}  // namespace
}  // namespace wattlens::cli
