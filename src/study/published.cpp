#include "study/published.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace wattlens::study {
namespace {

constexpr std::int64_t kFirstYear = 1950;
constexpr std::int64_t kLastYear = 2100;

Result<PublishedModel> own_facts(std::string_view text, std::size_t equals) {
  const std::string_view facts = text.substr(equals + 1);
  const std::vector<std::string_view> parts = base::split(facts, ':');
  const auto year = base::parse_integer(parts.front());
  const auto accuracy = parts.size() == 2 ? base::parse_number(parts.back()) : std::nullopt;
  const bool possible =
      year && accuracy && *year >= kFirstYear && *year <= kLastYear && *accuracy > 0.0 && *accuracy < 100.0;
  if (!possible || equals == 0) {
    return fail(ErrorKind::usage, fmt::format("--model {}: '{}' is no year and top-1 accuracy", text, facts),
                "write them as mine.onnx=2024:81.2, the accuracy in per cent");
  }
  return PublishedModel{std::string(text.substr(0, equals)), *year, *accuracy};
}

}  // namespace

Result<std::vector<PublishedModel>> published_models() {
  WATTLENS_TRY(const base::Json json, base::parse_json(published_models_text(), "data/published_models.json"));
  std::vector<PublishedModel> models;
  for (const base::Json& fact : json.at("models")) {
    models.push_back({fact.at("model").get<std::string>(), fact.at("year").get<std::int64_t>(),
                      fact.at("top1_percent").get<double>()});
  }
  return models;
}

Result<PublishedModel> published_model(std::string_view text, const std::vector<PublishedModel>& known) {
  const std::size_t equals = text.rfind('=');
  if (equals != std::string_view::npos) return own_facts(text, equals);
  const auto found = std::ranges::find(known, text, &PublishedModel::model);
  if (found != known.end()) return *found;
  return fail(ErrorKind::usage, fmt::format("--model {}: its year and accuracy are not known", text),
              fmt::format("give them: --model {}=2024:81.2 (year, top-1 in per cent)", text));
}

}  // namespace wattlens::study
