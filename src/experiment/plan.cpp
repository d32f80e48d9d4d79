#include "experiment/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "experiment/serving.h"

namespace wattlens::experiment {
namespace {

constexpr std::size_t kMostPoints = 10'000;
constexpr std::string_view kPlanSchema = "wattlens.plan/1";

Result<void> check_words(std::span<const std::string> values, std::span<const std::string_view> allowed,
                         std::string_view axis) {
  for (const std::string& value : values) {
    if (std::ranges::find(allowed, value) != allowed.end()) continue;
    const std::vector<std::string> names(allowed.begin(), allowed.end());
    return fail(ErrorKind::usage, fmt::format("{}: '{}' is not known", axis, value),
                fmt::format("choose from {}", base::join(names, ", ")));
  }
  return {};
}

// Two of one id would share their runs.
Result<void> check_distinct(std::span<const record::PlanPoint> points) {
  std::set<std::string_view> ids;
  for (const record::PlanPoint& point : points) {
    if (ids.insert(point.id).second) continue;
    return fail(ErrorKind::usage, fmt::format("the plan has the point {} twice", point.id), "name each value once");
  }
  return {};
}

template <class T>
Result<void> check_not_empty(const std::vector<T>& values, std::string_view axis) {
  if (!values.empty()) return {};
  return fail(ErrorKind::usage, fmt::format("the plan has no {}", axis),
              fmt::format("name at least one, for example --{} {}", axis, axis == "model" ? "resnet50" : "1"));
}

std::size_t count_points(const Axes& axes) {
  std::size_t count = 1;
  for (const std::size_t size :
       {std::max<std::size_t>(1, axes.settings.size()), std::max<std::size_t>(1, axes.preprocess.size()),
        std::max<std::size_t>(1, axes.arrivals.size()), std::max<std::size_t>(1, axes.policies.size()),
        axes.models.size(), axes.engines.size(), axes.devices.size(), axes.precisions.size(), axes.hints.size(),
        axes.batches.size(), std::max<std::size_t>(1, axes.image_sizes.size()), axes.threads.size()}) {
    if (size > kMostPoints) return size;
    count *= size;
    if (count > kMostPoints) return count;
  }
  return count;
}

// Throws what the JSON library throws.
Effort effort_from_json(const base::Json& json) {
  Effort effort;
  const auto seconds = [&](const char* name) { return base::Seconds{json.at(name).get<double>()}; };
  if (json.contains("budget_s")) effort.budget = seconds("budget_s");
  json.at("quick").get_to(effort.quick);
  if (json.contains("window_s")) effort.window = seconds("window_s");
  if (json.contains("batches_per_window")) effort.batches = json.at("batches_per_window").get<std::int64_t>();
  effort.warm_up_limit = seconds("warm_up_limit_s");
  effort.idle = seconds("idle_s");
  effort.point_limit = seconds("point_limit_s");
  json.at("target").get_to(effort.target);
  if (json.contains("repetitions")) effort.repetitions = json.at("repetitions").get<std::int64_t>();
  effort.rate = {json.at("rate_hz").get<double>()};
  effort.repeat_disturbed = json.value("repeat_disturbed", true);
  effort.planned_looks = json.value("planned_looks", false);
  return effort;
}

base::Json to_json(const PlanImages& images) {
  return {{"path", images.path},
          {"name", images.name},
          {"count", images.count},
          {"fingerprint", images.fingerprint},
          {"labels", images.labels.value_or(false)},
          {"skip_broken", images.skip_broken}};
}

// Throws what the JSON library throws.
PlanImages images_from_json(const base::Json& json) {
  PlanImages images;
  json.at("path").get_to(images.path);
  json.at("name").get_to(images.name);
  json.at("count").get_to(images.count);
  json.at("fingerprint").get_to(images.fingerprint);
  images.labels = json.at("labels").get<bool>();
  json.at("skip_broken").get_to(images.skip_broken);
  return images;
}

std::vector<std::int64_t> image_sizes_of(const Axes& axes, const std::string& model) {
  if (!axes.image_sizes.empty()) return axes.image_sizes;
  const auto own = axes.own_image_sizes.find(model);
  return {own == axes.own_image_sizes.end() ? kUsualImageSize : own->second};
}

// Ids that no point has are left out.
std::vector<record::PlanPoint> chosen(std::vector<record::PlanPoint> points, std::span<const std::string> ids) {
  std::vector<record::PlanPoint> some;
  for (const std::string& id : ids) {
    const auto found = std::ranges::find(points, id, &record::PlanPoint::id);
    if (found != points.end()) some.push_back(std::move(*found));
  }
  return some;
}

}  // namespace

Result<void> check(const Plan& plan) {
  const Axes& axes = plan.axes;
  WATTLENS_CHECK(check_not_empty(axes.models, "model"));
  WATTLENS_CHECK(check_not_empty(axes.engines, "engine"));
  WATTLENS_CHECK(check_not_empty(axes.devices, "device"));
  WATTLENS_CHECK(check_not_empty(axes.precisions, "precision"));
  WATTLENS_CHECK(check_not_empty(axes.hints, "hint"));
  WATTLENS_CHECK(check_not_empty(axes.batches, "batch"));
  WATTLENS_CHECK(check_not_empty(axes.threads, "threads"));
  constexpr std::array<std::string_view, 5> kPrecisions = {"f32", "tf32", "bf16", "f16", "auto"};
  constexpr std::array<std::string_view, 2> kHints = {"latency", "throughput"};
  WATTLENS_CHECK(check_words(axes.precisions, kPrecisions, "precision"));
  WATTLENS_CHECK(check_words(axes.hints, kHints, "hint"));
  if (!axes.preprocess.empty() && !plan.images) {
    return fail(ErrorKind::usage, "there are no images to preprocess", "name a folder of them: --images FOLDER");
  }
  WATTLENS_CHECK(check_words(axes.preprocess, kPreprocess, "preprocess"));
  WATTLENS_CHECK(check_serving(axes));
  if (count_points(axes) > kMostPoints) {
    return fail(ErrorKind::usage, fmt::format("the plan has more than {} points", kMostPoints),
                "shorten an axis or split the plan");
  }
  WATTLENS_CHECK(check_distinct(plan_points(axes)));
  const Effort& effort = plan.effort;
  if (effort.repetitions && (*effort.repetitions < 1 || *effort.repetitions > 1000)) {
    return fail(ErrorKind::usage, fmt::format("repetitions: {} is not in 1 … 1000", *effort.repetitions),
                "5 give a first impression, 8 or more an interval to trust");
  }
  if (effort.rate.value < 1.0 || effort.rate.value > 1000.0) {
    return fail(ErrorKind::usage, fmt::format("rate: {} Hz is not in 1 … 1000 Hz", effort.rate.value),
                "100 Hz costs 0.2 % of a core, 1000 Hz about 2 %");
  }
  return {};
}

namespace {

// One for every value of an axis of words that may be empty: then the point itself.
std::vector<record::PlanPoint> points_along(const std::vector<std::string>& axis,
                                            std::string record::PlanPoint::* member, const record::PlanPoint& point) {
  std::vector<record::PlanPoint> points(std::max<std::size_t>(1, axis.size()), point);
  for (std::size_t i = 0; i < axis.size(); ++i) points[i].*member = axis[i];
  return points;
}

// One for every way in which requests come and are served; the point itself where none are.
std::vector<record::PlanPoint> serving_points(const record::PlanPoint& point, const Axes& axes) {
  if (axes.policies.empty()) return {point};
  std::vector<record::PlanPoint> points;
  for (const std::string& arrivals : axes.arrivals)
    for (const std::string& policy : axes.policies) {
      points.push_back(point);
      points.back().arrivals = arrivals;
      points.back().policy = policy;
      points.back().requests = axes.requests;
    }
  return points;
}

}  // namespace

std::vector<record::PlanPoint> plan_points(const Axes& axes) {
  std::vector<record::PlanPoint> points;
  const std::vector<std::int64_t> batches =
      axes.policies.empty() ? axes.batches : std::vector<std::int64_t>{largest_batch(axes)};
  for (const std::string& model : axes.models)
    for (const std::string& engine : axes.engines)
      for (const std::string& device : axes.devices)
        for (const std::string& precision : axes.precisions)
          for (const std::string& hint : axes.hints)
            for (const std::int64_t image_size : image_sizes_of(axes, model))
              for (const std::int64_t threads : axes.threads)
                for (const std::int64_t batch : batches)
                  for (const auto& set :
                       points_along(axes.settings, &record::PlanPoint::settings,
                                    {"", model, engine, device, precision, hint, batch, image_size, threads}))
                    for (const auto& one : points_along(axes.preprocess, &record::PlanPoint::preprocess, set))
                      for (auto& point : serving_points(one, axes)) {
                        point.id = point_id(point);
                        points.push_back(std::move(point));
                      }
  return axes.only.empty() ? points : chosen(std::move(points), axes.only);
}

std::string point_id(const record::PlanPoint& point) {
  std::string id = fmt::format("{}/{}/{}/{}/{}/b{}/{}px/t{}", point.model, point.engine, point.device, point.precision,
                               point.hint, point.batch, point.image_size, point.threads);
  if (!point.settings.empty()) id += fmt::format("/{}", point.settings);
  if (!point.preprocess.empty()) id += fmt::format("/{}", point.preprocess);
  if (!point.policy.empty()) id += fmt::format("/{}/{}", point.arrivals, point.policy);
  return id;
}

base::Json to_json(const Plan& plan) {
  const Axes& axes = plan.axes;
  const Effort& effort = plan.effort;
  base::Json json = {{"schema", kPlanSchema}};
  if (!plan.title.empty()) json["title"] = plan.title;
  json["axes"] = {{"model", axes.models},           {"engine", axes.engines}, {"device", axes.devices},
                  {"precision", axes.precisions},   {"hint", axes.hints},     {"batch", axes.batches},
                  {"image_size", axes.image_sizes}, {"threads", axes.threads}};
  if (!axes.own_image_sizes.empty()) json["axes"]["own_image_size"] = axes.own_image_sizes;
  if (!axes.preprocess.empty()) json["axes"]["preprocess"] = axes.preprocess;
  if (!axes.settings.empty()) json["axes"]["settings"] = axes.settings;
  if (!axes.policies.empty()) {
    json["serving"] = {{"arrivals", axes.arrivals}, {"policy", axes.policies}, {"requests", axes.requests}};
  }
  if (!axes.only.empty()) json["axes"]["only"] = axes.only;
  base::Json& measure = json["measure"];
  if (effort.budget) measure["budget_s"] = effort.budget->value;
  measure["quick"] = effort.quick;
  if (effort.window) measure["window_s"] = effort.window->value;
  if (effort.batches) measure["batches_per_window"] = *effort.batches;
  measure["warm_up_limit_s"] = effort.warm_up_limit.value;
  measure["idle_s"] = effort.idle.value;
  measure["point_limit_s"] = effort.point_limit.value;
  measure["target"] = effort.target;
  if (effort.repetitions) measure["repetitions"] = *effort.repetitions;
  measure["rate_hz"] = effort.rate.value;
  measure["repeat_disturbed"] = effort.repeat_disturbed;
  if (effort.planned_looks) measure["planned_looks"] = true;
  if (plan.images) json["images"] = to_json(*plan.images);
  json["seed"] = plan.seed;
  return json;
}

Result<Plan> plan_from_json(const base::Json& json) {
  Plan plan;
  try {
    if (json.at("schema") != kPlanSchema) {
      return fail(ErrorKind::usage,
                  fmt::format("the plan has the schema {}, not {}", base::to_text(json.at("schema")), kPlanSchema));
    }
    plan.title = json.value("title", "");
    const base::Json& axes = json.at("axes");
    axes.at("model").get_to(plan.axes.models);
    axes.at("engine").get_to(plan.axes.engines);
    axes.at("device").get_to(plan.axes.devices);
    axes.at("precision").get_to(plan.axes.precisions);
    axes.at("hint").get_to(plan.axes.hints);
    axes.at("batch").get_to(plan.axes.batches);
    axes.at("image_size").get_to(plan.axes.image_sizes);
    axes.at("threads").get_to(plan.axes.threads);
    if (axes.contains("only")) axes.at("only").get_to(plan.axes.only);
    if (axes.contains("settings")) axes.at("settings").get_to(plan.axes.settings);
    if (axes.contains("preprocess")) axes.at("preprocess").get_to(plan.axes.preprocess);
    if (axes.contains("own_image_size")) axes.at("own_image_size").get_to(plan.axes.own_image_sizes);
    if (json.contains("serving")) {
      const base::Json& serving = json.at("serving");
      serving.at("arrivals").get_to(plan.axes.arrivals);
      serving.at("policy").get_to(plan.axes.policies);
      serving.at("requests").get_to(plan.axes.requests);
    }
    plan.effort = effort_from_json(json.at("measure"));
    if (json.contains("images")) plan.images = images_from_json(json.at("images"));
    json.at("seed").get_to(plan.seed);
  } catch (const base::Json::exception& error) {
    return fail(ErrorKind::usage, fmt::format("the stored plan cannot be read: {}", error.what()),
                "use the version of wattlens that wrote it");
  }
  WATTLENS_CHECK(check(plan));
  return plan;
}

}  // namespace wattlens::experiment
