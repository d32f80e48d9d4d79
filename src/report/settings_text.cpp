#include "report/settings_text.h"

#include <fmt/format.h>

#include "base/text.h"

namespace wattlens::report {

std::string settings_text(const std::optional<std::vector<record::ChangedSetting>>& settings) {
  std::vector<std::string> texts;
  for (const record::ChangedSetting& setting : settings.value_or(std::vector<record::ChangedSetting>())) {
    std::string text = setting.set.empty() ? fmt::format("{} {} (not read back)", setting.name, setting.asked)
                                           : fmt::format("{} {} (was {})", setting.name, setting.set, setting.before);
    if (setting.method == "simulated") text += " (simulated)";
    texts.push_back(std::move(text));
  }
  return base::join(texts, ", ");
}

}  // namespace wattlens::report
