#include "report/terminal_text.h"

#include <gtest/gtest.h>

namespace wattlens::report {
namespace {

TEST(TerminalText, PadsByColumnsNotByBytes) {
  EXPECT_EQ(pad("±1", 4, true), "  ±1");
  EXPECT_EQ(pad("±1", 4, false), "±1  ");
  EXPECT_EQ(pad("longer", 4, true), "longer");
}

TEST(TerminalText, WrapsBetweenWordsAndNeverDropsOne) {
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("incomprehensibility is", 4), (std::vector<std::string>{"incomprehensibility", "is"}));
  EXPECT_EQ(wrap("", 4), std::vector<std::string>{""});
}

TEST(TerminalText, LaterLinesStandBelowTheTextWhateverTheColour) {
  const Painter painter(true);
  EXPECT_EQ(wrapped("  " + painter.good("✓") + " ", "one two three four five six seven", 24),
            "  \x1b[32m✓\x1b[0m one two three four\n    five six seven\n");
  EXPECT_EQ(wrapped("", "one two three four five six", 22), "one two three four\n  five six\n");
}

TEST(TerminalText, CutsBetweenLetters) {
  EXPECT_EQ(cut("größe", 3), "grö");
  EXPECT_EQ(cut("größe", 99), "größe");
  EXPECT_EQ(cut("größe", 0), "");
  EXPECT_EQ(cut("日本", 3), "日");
}

TEST(TerminalText, ThereIsNoEscapeWithoutColour) {
  EXPECT_EQ(Painter(false).bold("x"), "x");
  EXPECT_EQ(Painter(true).bold(""), "");
}

}  // namespace
}  // namespace wattlens::report
