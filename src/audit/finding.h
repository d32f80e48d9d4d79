// What an audit found wrong, or worth knowing, in a log. Plain data.
#pragma once

#include <cstdint>
#include <string>

namespace wattlens::audit {

// remark: worth knowing; warning: the figures are less sure than they look; fault: a figure is wrong.
enum class Severity { remark, warning, fault };

struct Finding {
  std::string code;  // a stable word: "counter_wrap"; docs/audit.md lists them
  Severity severity = Severity::remark;
  std::string file;
  std::int64_t line = 0;  // the first place; 0: the file as a whole
  std::string column;     // or the series; empty: the file as a whole
  std::string seen;       // with figures
  std::string changes;    // what it does to the energy
  std::string mend;
};

}  // namespace wattlens::audit
