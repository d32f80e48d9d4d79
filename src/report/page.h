// A page for a person: sections with facts, a table and remarks; shown as terminal text or as Markdown.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/text_width.h"
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

using base::one_line;
using base::text_width;

std::string to_terminal(const Page& page, const TextOptions& options);
std::string to_markdown(const Page& page);

}  // namespace wattlens::report
