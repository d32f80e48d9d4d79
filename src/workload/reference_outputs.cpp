#include "workload/reference_outputs.h"

#include <fmt/format.h>

#include <utility>

#include "base/json.h"
#include "workload/output_check.h"

namespace wattlens::workload {
namespace {

using base::Json;
using base::member;

std::unexpected<Error> broken(std::string_view what) {
  return fail(ErrorKind::internal, "reference outputs: " + std::string(what), "tools/make_reference_outputs.py");
}

Result<ReferenceOutputs> outputs_from_json(const Json& json) {
  ReferenceOutputs outputs;
  WATTLENS_TRY(outputs.image_size, member<std::int64_t>(json, "image_size"));
  WATTLENS_TRY(const Json rows, member<Json>(json, "logits"));
  for (const Json& row : rows) {
    std::vector<double> logits;
    for (const Json& logit : row) {
      if (!logit.is_number()) return broken("a logit is not a number");
      logits.push_back(logit.get<double>());
    }
    if (logits.empty() || (!outputs.logits.empty() && logits.size() != outputs.logits.front().size())) {
      return broken("the rows have unequal lengths");
    }
    outputs.logits.push_back(std::move(logits));
  }
  if (outputs.logits.empty()) return broken("a size has no images");
  if (!json.contains("error")) return outputs;
  WATTLENS_TRY(const Json errors, member<Json>(json, "error"));
  for (const auto& [precision, error] : errors.items()) {
    if (!error.is_number() || !(error.get<double>() >= 0.0)) return broken("an error is no number from 0 up");
    outputs.error[precision] = error.get<double>();
  }
  return outputs;
}

}  // namespace

record::OutputCheck compare_with(const ReferenceOutputs& reference, std::span<const float> outputs, std::int64_t batch,
                                 std::string_view precision, std::string name) {
  double tolerance = tolerance_of(precision);
  if (const auto own = reference.error.find(precision); own != reference.error.end()) {
    const double difference = image_difference(reference.logits);
    tolerance = tolerance_of(precision, own->second, difference);
    if (own->second > tolerance) {
      return check_finite(outputs,
                          fmt::format("{}: PyTorch itself is off by {:.2g} in {}, two images differ by {:.2g}: "
                                      "nothing can be compared",
                                      name, own->second, precision, difference));
    }
  }
  return compare_outputs(outputs, batch, reference.logits, tolerance, std::move(name));
}

Result<std::vector<ReferenceOutputs>> parse_references(std::string_view text) {
  WATTLENS_TRY(const Json json, base::parse_json(text, "reference outputs"));
  WATTLENS_TRY(const auto schema, member<std::string>(json, "schema"));
  if (schema != "wattlens.reference_outputs/1") return broken("unknown schema " + schema);
  WATTLENS_TRY(const Json sizes, member<Json>(json, "sizes"));
  std::vector<ReferenceOutputs> references;
  for (const Json& size : sizes) {
    WATTLENS_TRY(auto outputs, outputs_from_json(size));
    references.push_back(std::move(outputs));
  }
  if (references.empty()) return broken("no sizes");
  return references;
}

}  // namespace wattlens::workload
