// A drawing in SVG 1.1, element by element. Lengths are user units; y grows downwards. Not thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace wattlens::plot {

struct Spot {
  double x = 0.0;
  double y = 0.0;
};

struct Box {
  double left = 0.0;
  double top = 0.0;
  double right = 0.0;
  double bottom = 0.0;
  double width() const { return right - left; }
  double height() const { return bottom - top; }
};

struct Stroke {
  std::string_view colour = "#000000";
  double width = 1.0;
  std::string_view dashes{};  // as stroke-dasharray; empty: solid
};

enum class Anchor { start, middle, end };

struct TextStyle {
  double size = 9.0;
  Anchor anchor = Anchor::start;
  std::string_view colour = "#000000";
  bool bold = false;
  bool upright = false;     // turned by 90°, read from below
  std::string_view full{};  // what a shortened text says in full: shown where the mouse rests
};

// Text that XML can hold: markup escaped, broken UTF-8 and characters that XML 1.0 forbids replaced.
std::string xml_text(std::string_view text);

class Canvas {
 public:
  void line(Spot from, Spot to, const Stroke& stroke);
  void polyline(std::span<const Spot> spots, const Stroke& stroke);
  void polygon(std::span<const Spot> spots, std::string_view fill, const Stroke* stroke, double opacity = 1.0);
  void circle(Spot centre, double radius, std::string_view fill, const Stroke& stroke);
  void rectangle(const Box& box, std::string_view fill, double opacity = 1.0);
  // At its baseline. "10^-3": what follows a caret is raised.
  void text(Spot at, std::string_view text, const TextStyle& style);
  void begin_clip(const Box& box);  // nothing is drawn outside it until end_clip
  void end_clip();

  const std::string& content() const { return content_; }

 private:
  std::string content_;
  int clips_ = 0;
};

}  // namespace wattlens::plot
