#include <algorithm>
#include <vector>

#include "report/page.h"
#include "report/terminal_table.h"
#include "report/terminal_text.h"

namespace wattlens::report {
namespace {

void add_facts(std::string& out, const std::vector<Fact>& facts, std::size_t width) {
  std::size_t names = 0;
  for (const Fact& fact : facts) names = std::max(names, text_width(fact.name));
  for (const Fact& fact : facts) {
    if (!fact.value.empty()) out += wrapped(pad(fact.name, names, false) + "  ", one_line(fact.value), width);
  }
}

}  // namespace

std::string to_terminal(const Page& page, const TextOptions& options) {
  const Painter painter(options.colour);
  const std::size_t width = prose_width(options);
  std::string out;
  if (!page.title.empty()) out += painter.bold(one_line(page.title)) + '\n';
  for (const Section& section : page.sections) {
    if (!out.empty() && !section.heading.empty()) out += '\n';
    if (!section.heading.empty()) out += painter.bold(one_line(section.heading)) + '\n';
    if (!section.lead.empty()) out += wrapped("", one_line(section.lead), width);
    add_facts(out, section.facts, width);
    if (section.table) out += table_text(*section.table, options);
    for (const std::string& remark : section.remarks) out += wrapped("", one_line(remark), width);
  }
  return out;
}

}  // namespace wattlens::report
