#include "calibration/response.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "stats/distributions.h"

namespace wattlens::calibration {
namespace {

using base::MonoTime;

constexpr std::size_t kLeastUpdates = 40;
constexpr double kLongestWindow = 3.0;  // s, that is looked for
constexpr double kLongestLag = 0.8;
constexpr int kWindows = 26;  // of the coarse search
constexpr int kLags = 33;
constexpr std::size_t kCoarse = 800;  // updates that the coarse search looks at
constexpr std::size_t kStarts = 10;
constexpr std::size_t kBlocks = 40;     // of time, for the covariance
constexpr std::size_t kParameters = 4;  // at rest, by the load, and
constexpr std::size_t kWindow = 2;
constexpr std::size_t kLag = 3;
constexpr double kFollows = 0.1;      // of the load's power, that single updates may be off ...
constexpr double kNoiseTimes = 3.0;   // ... or so many times the noise at rest
constexpr double kTimesRead = 0.1;    // of a poll, that no time is told better than
constexpr double kLeastEvidence = 8;  // standard errors, from which on a response is one

struct Shape {
  double window = 0.0;  // s
  double lag = 0.0;
};

struct Line {
  double at_rest = 0.0;
  double by_load = 0.0;
  double squares = 0.0;
};

class Fit {
 public:
  Fit(std::span<const Update> updates, const LoadHistory& load, double shortest)
      : updates_(updates), load_(load), shortest_(shortest) {}

  double share(const Update& update, const Shape& shape) const {
    const double window = std::max(shape.window, shortest_);
    const MonoTime end = update.time - Seconds{shape.lag};
    return (load_.on_until(end) - load_.on_until(end - Seconds{window})).value / window;
  }

  // The best line of the readings over the shares; every `stride`-th update.
  Line line(const Shape& shape, std::size_t stride = 1) const {
    double n = 0.0;
    double sx = 0.0;
    double sy = 0.0;
    double sxx = 0.0;
    double sxy = 0.0;
    double syy = 0.0;
    const double origin = updates_.front().power.value;
    for (std::size_t i = 0; i < updates_.size(); i += stride) {
      const double x = share(updates_[i], shape);
      const double y = updates_[i].power.value - origin;
      n += 1.0;
      sx += x;
      sy += y;
      sxx += x * x;
      sxy += x * y;
      syy += y * y;
    }
    const double vx = sxx - sx * sx / n;
    const double slope = vx > 0.0 ? (sxy - sx * sy / n) / vx : 0.0;
    return {origin + (sy - slope * sx) / n, slope, std::max(0.0, syy - sy * sy / n - slope * (sxy - sx * sy / n))};
  }

  // A load that is locked to the period makes many valleys, a period apart: the best few of a coarse grid are followed.
  Shape search() const {
    std::vector<std::pair<double, Shape>> grid = coarse();
    const auto starts = grid.begin() + static_cast<std::ptrdiff_t>(kStarts);
    std::ranges::partial_sort(grid, starts, {}, &std::pair<double, Shape>::first);
    Shape best;
    double least = -1.0;
    for (auto start = grid.begin(); start != starts; ++start) {
      const Shape found = refine(start->second);
      const double squares = line(found).squares;
      if (least >= 0.0 && squares >= least) continue;
      least = squares;
      best = found;
    }
    return best;
  }

 private:
  std::vector<std::pair<double, Shape>> coarse() const {
    const std::size_t stride = std::max<std::size_t>(1, updates_.size() / kCoarse);
    const double ratio = std::pow(kLongestWindow / shortest_, 1.0 / (kWindows - 1));
    std::vector<std::pair<double, Shape>> grid;
    for (int w = 0; w < kWindows; ++w) {
      for (int l = 0; l < kLags; ++l) {
        const Shape shape{shortest_ * std::pow(ratio, w), kLongestLag * l / (kLags - 1)};
        grid.emplace_back(line(shape, stride).squares, shape);
      }
    }
    return grid;
  }

  // A pattern search (Hooke and Jeeves 1961): the sum of squares has kinks where a window's end meets a switch.
  Shape refine(Shape best) const {
    double least = line(best).squares;
    double window_step = 0.15 * best.window + shortest_;
    double lag_step = kLongestLag / (kLags - 1);
    const double enough = 0.01 * shortest_;
    while (window_step > enough || lag_step > enough) {
      bool better = false;
      for (const auto& [dw, dl] : kDirections) {
        const Shape tried{std::clamp(best.window + dw * window_step, shortest_, kLongestWindow),
                          std::clamp(best.lag + dl * lag_step, 0.0, kLongestLag)};
        const double squares = line(tried).squares;
        if (squares >= least) continue;
        least = squares;
        best = tried;
        better = true;
      }
      if (better) continue;
      window_step *= 0.5;
      lag_step *= 0.5;
    }
    return best;
  }

  static constexpr std::array<std::pair<double, double>, 8> kDirections{
      {{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, -1}, {-1, 1}, {1, -0.5}, {-1, 0.5}}};

  std::span<const Update> updates_;
  const LoadHistory& load_;
  double shortest_;
};

using Vector = std::array<double, kParameters>;
using Matrix = std::array<Vector, kParameters>;

// Gauss and Jordan; false where it is singular.
bool invert(Matrix m, Matrix& inverse) {
  for (std::size_t i = 0; i < kParameters; ++i) {
    inverse[i] = {};
    inverse[i][i] = 1.0;
  }
  for (std::size_t column = 0; column < kParameters; ++column) {
    std::size_t pivot = column;
    for (std::size_t row = column + 1; row < kParameters; ++row) {
      if (std::abs(m[row][column]) > std::abs(m[pivot][column])) pivot = row;
    }
    if (std::abs(m[pivot][column]) < 1e-12) return false;
    std::swap(m[pivot], m[column]);
    std::swap(inverse[pivot], inverse[column]);
    const double by = m[column][column];
    for (std::size_t k = 0; k < kParameters; ++k) {
      m[column][k] /= by;
      inverse[column][k] /= by;
    }
    for (std::size_t row = 0; row < kParameters; ++row) {
      if (row == column) continue;
      const double factor = m[row][column];
      for (std::size_t k = 0; k < kParameters; ++k) {
        m[row][k] -= factor * m[column][k];
        inverse[row][k] -= factor * inverse[column][k];
      }
    }
  }
  return true;
}

// Standard errors of at_rest, by_load, window, lag.
struct Errors {
  Vector standard{};
  double factor = 0.0;  // of a standard error in a 95 % half-width
};

// What one stretch of time adds to the normal equations.
struct Block {
  Matrix bread{};
  Vector score{};
  bool any = false;
};

// `step`: of the differences that stand for derivatives. A window that is too short to be told has none.
Vector gradient(const Fit& fit, const Update& update, const Shape& best, double by_load, double share, double step) {
  const double by_lag =
      fit.share(update, {best.window, best.lag + step}) - fit.share(update, {best.window, best.lag - step});
  Vector by{1.0, share, 0.0, by_load * by_lag / (2.0 * step)};
  if (best.window <= 2.0 * step) return by;
  by[kWindow] =
      by_load *
      (fit.share(update, {best.window + step, best.lag}) - fit.share(update, {best.window - step, best.lag})) /
      (2.0 * step);
  return by;
}

std::vector<Block> make_blocks(const Fit& fit, std::span<const Update> updates, const Shape& best, const Line& line,
                               double poll) {
  const double step = std::max(poll, 0.01 * best.window);
  const Seconds length = updates.back().time - updates.front().time;
  std::vector<Block> blocks(kBlocks);
  for (const Update& update : updates) {
    const double share = fit.share(update, best);
    const Vector by = gradient(fit, update, best, line.by_load, share, step);
    const double residual = update.power.value - line.at_rest - line.by_load * share;
    const double place = (update.time - updates.front().time) / length * static_cast<double>(kBlocks);
    Block& block = blocks[std::min(kBlocks - 1, static_cast<std::size_t>(place))];
    block.any = true;
    for (std::size_t i = 0; i < kParameters; ++i) {
      block.score[i] += by[i] * residual;
      for (std::size_t j = 0; j < kParameters; ++j) block.bread[i][j] += by[i] * by[j];
    }
  }
  std::erase_if(blocks, [](const Block& block) { return !block.any; });
  return blocks;
}

// Empty where the data do not tell the parameters apart.
std::optional<Errors> find_errors(const std::vector<Block>& blocks) {
  const auto count = static_cast<double>(blocks.size());
  const auto t = stats::student_t_quantile(0.975, count - static_cast<double>(kParameters));
  if (!t) return std::nullopt;
  Matrix all{};
  for (const Block& block : blocks) {
    for (std::size_t i = 0; i < kParameters; ++i) {
      for (std::size_t j = 0; j < kParameters; ++j) all[i][j] += block.bread[i][j];
    }
  }
  if (all[kWindow][kWindow] == 0.0) all[kWindow][kWindow] = 1.0;
  Errors errors;
  errors.factor = *t;
  for (const Block& block : blocks) {
    // By how much the parameters would move without this block.
    Matrix rest = all;
    for (std::size_t i = 0; i < kParameters; ++i) {
      for (std::size_t j = 0; j < kParameters; ++j) rest[i][j] -= block.bread[i][j];
    }
    Matrix inverse{};
    if (!invert(rest, inverse)) return std::nullopt;
    for (std::size_t i = 0; i < kParameters; ++i) {
      double moved = 0.0;
      for (std::size_t j = 0; j < kParameters; ++j) moved += inverse[i][j] * block.score[j];
      errors.standard[i] += (count - 1.0) / count * moved * moved;
    }
  }
  for (double& error : errors.standard) error = std::sqrt(error);
  return errors;
}

Response not_resolved(const std::string& reason) { return {{{}, reason}, {{}, reason}, {{}, reason}}; }

}  // namespace

Response find_response(std::span<const Update> updates, const LoadHistory& load, Seconds poll,
                       const Finding<Watts>& noise) {
  if (updates.size() < kLeastUpdates) return not_resolved(fmt::format("only {} updates were seen", updates.size()));
  if (load.empty()) return not_resolved("there was no load");
  const Fit fit(updates, load, poll.value);
  const Shape best = fit.search();
  const Line line = fit.line(best);
  const auto errors = find_errors(make_blocks(fit, updates, best, line, poll.value));
  const double off = std::sqrt(line.squares / static_cast<double>(updates.size() - kParameters));
  const bool clear = errors && line.by_load > kLeastEvidence * errors->standard[1];
  if (!clear && line.by_load > kNoiseTimes * off) {
    return not_resolved("it averages over too short a time: too few updates saw the load go on or off");
  }
  if (!clear) {
    return not_resolved(fmt::format("the load did not raise the reading by more than its noise ({:+.3g} W, {:.2g} W)",
                                    line.by_load, off));
  }
  if (off > std::max(kFollows * line.by_load, kNoiseTimes * (noise.value ? noise.value->high.value : 0.0))) {
    return not_resolved(
        fmt::format("its readings do not follow the load as a mean would: they are off by {:.2g} W "
                    "where the load made {:.3g} W",
                    off, line.by_load));
  }
  const auto half = [&](std::size_t i) { return errors->factor * errors->standard[i]; };
  // Few updates see a switch of the load, and each of those is known to half a poll.
  const double read = kTimesRead * poll.value;
  Response response;
  response.load_power.value =
      record::Estimate<Watts>{{line.by_load}, {line.by_load - half(1)}, {line.by_load + half(1)}};
  response.lag.value = record::Estimate<Seconds>{
      {best.lag}, {std::max(0.0, best.lag - (half(kLag) + read))}, {best.lag + (half(kLag) + read)}};
  if (best.window - (half(kWindow) + read) <= 2.0 * poll.value) {
    response.averaging_window.reason =
        fmt::format("shorter than {:.2g} ms", 1e3 * (best.window + (half(kWindow) + read)));
  } else if (best.window >= 0.99 * kLongestWindow) {
    response.averaging_window.reason = fmt::format("longer than {:.2g} s", kLongestWindow);
  } else {
    response.averaging_window.value = record::Estimate<Seconds>{
        {best.window}, {best.window - (half(kWindow) + read)}, {best.window + (half(kWindow) + read)}};
  }
  return response;
}

}  // namespace wattlens::calibration
