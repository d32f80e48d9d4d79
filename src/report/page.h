// A page for a person: sections with facts, a table and remarks; shown as terminal text or as Markdown.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/format.h"
#include "report/table.h"

namespace wattlens::report {

struct Fact {
  std::string name;
  std::string value;
};

// Shown in the order of its members.
struct Section {
  std::string heading{};
  std::string lead{};  // one line below the heading
  std::vector<Fact> facts{};
  std::optional<Table> table{};
  std::vector<std::string> remarks{};
};

struct Page {
  std::string title{};
  std::vector<Section> sections{};
};

// Columns that a UTF-8 text takes on a terminal: combining marks none, wide East Asian letters two, broken bytes one.
std::size_t text_width(std::string_view text);

// Control characters would move the cursor or break a table; they become spaces.
std::string one_line(std::string_view text);

std::string to_terminal(const Page& page, const TextOptions& options);
std::string to_markdown(const Page& page);

}  // namespace wattlens::report
