#include "plot/canvas.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>

namespace wattlens::plot {
namespace {

// Hundredths are finer than any printer; no "-0", no trailing zeros.
std::string length(double value) {
  const double rounded = std::round(value * 100.0) / 100.0;
  return fmt::format("{:.10g}", rounded == 0.0 ? 0.0 : rounded);
}

std::string attributes(const Stroke& stroke) {
  std::string text = fmt::format(R"( stroke="{}" stroke-width="{}")", stroke.colour, length(stroke.width));
  if (!stroke.dashes.empty()) text += fmt::format(R"( stroke-dasharray="{}")", stroke.dashes);
  return text;
}

std::string points(std::span<const Spot> spots) {
  std::string text;
  for (const Spot& spot : spots) {
    if (!text.empty()) text += ' ';
    text += length(spot.x);
    text += ',';
    text += length(spot.y);
  }
  return text;
}

std::string opacity_of(double opacity) {
  return opacity < 1.0 ? fmt::format(R"( fill-opacity="{}")", length(opacity)) : std::string();
}

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size = 1;
  bool valid = false;
};

CodePoint first_code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >> 5 == 0x6 ? 2 : lead >> 4 == 0xE ? 3 : lead >> 3 == 0x1E ? 4 : 0;
  if (size == 0 || size > text.size()) return {};
  std::uint32_t value = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {};
    value = value << 6 | (next & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  const bool valid = value >= kLeast.at(size) && value <= 0x10FFFF && !surrogate && (value & 0xFFFE) != 0xFFFE;
  return {value, size, valid};
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (!point.valid) {
      out += "\xEF\xBF\xBD";
    } else if (point.value < 0x20 || point.value == 0x7F) {
      out += ' ';
    } else if (point.value == '&') {
      out += "&amp;";
    } else if (point.value == '<') {
      out += "&lt;";
    } else if (point.value == '>') {
      out += "&gt;";
    } else if (point.value == '"') {
      out += "&quot;";
    } else {
      out += text.substr(0, point.size);
    }
    text.remove_prefix(point.size);
  }
  return out;
}

void Canvas::line(Spot from, Spot to, const Stroke& stroke) {
  content_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"{}/>\n", length(from.x), length(from.y),
                          length(to.x), length(to.y), attributes(stroke));
}

void Canvas::polyline(std::span<const Spot> spots, const Stroke& stroke) {
  content_ += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke-linejoin=\"round\"{}/>\n", points(spots),
                          attributes(stroke));
}

void Canvas::polygon(std::span<const Spot> spots, std::string_view fill, const Stroke* stroke, double opacity) {
  content_ += fmt::format("<polygon points=\"{}\" fill=\"{}\"{}{}/>\n", points(spots), fill, opacity_of(opacity),
                          stroke ? attributes(*stroke) : std::string());
}

void Canvas::circle(Spot centre, double radius, std::string_view fill, const Stroke& stroke) {
  content_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"{}/>\n", length(centre.x), length(centre.y),
                          length(radius), fill, attributes(stroke));
}

void Canvas::rectangle(const Box& box, std::string_view fill, double opacity) {
  content_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"{}/>\n", length(box.left),
                          length(box.top), length(box.width()), length(box.height()), fill, opacity_of(opacity));
}

void Canvas::text(Spot at, std::string_view text, const TextStyle& style) {
  constexpr std::array<std::string_view, 3> kAnchors = {"start", "middle", "end"};
  content_ += fmt::format(
      "<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{}\" fill=\"{}\"{}{}>", length(at.x), length(at.y),
      length(style.size), kAnchors.at(static_cast<std::size_t>(style.anchor)), style.colour,
      style.bold ? " font-weight=\"bold\"" : "",
      style.upright ? fmt::format(" transform=\"rotate(-90 {} {})\"", length(at.x), length(at.y)) : std::string());
  if (!style.full.empty()) content_ += fmt::format("<title>{}</title>", xml_text(style.full));
  const std::size_t caret = text.find("10^");
  if (caret == std::string_view::npos) {
    content_ += xml_text(text);
  } else {
    const std::size_t power = caret + 3;
    const std::size_t end = std::min(text.find_first_not_of("-0123456789", power), text.size());
    std::string raised(text.substr(power, end - power));
    if (raised.starts_with('-')) raised.replace(0, 1, "−");
    content_ += fmt::format("{}<tspan font-size=\"{}\" dy=\"{}\">{}</tspan>", xml_text(text.substr(0, power - 1)),
                            length(0.75 * style.size), length(-0.35 * style.size), raised);
    if (end < text.size()) {
      content_ += fmt::format("<tspan dy=\"{}\">{}</tspan>", length(0.35 * style.size), xml_text(text.substr(end)));
    }
  }
  content_ += "</text>\n";
}

void Canvas::begin_clip(const Box& box) {
  content_ += fmt::format("<clipPath id=\"panel{}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>\n",
                          clips_, length(box.left), length(box.top), length(box.width()), length(box.height()));
  content_ += fmt::format("<g clip-path=\"url(#panel{})\">\n", clips_++);
}

void Canvas::end_clip() { content_ += "</g>\n"; }

}  // namespace wattlens::plot
