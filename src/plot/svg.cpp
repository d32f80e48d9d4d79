#include "plot/svg.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "plot/canvas.h"
#include "plot/frame.h"
#include "plot/style.h"
#include "plot/svg_data.h"
#include "plot/svg_frame.h"
#include "plot/text_size.h"

namespace wattlens::plot {
namespace {

constexpr double kTitleSize = 10.0;
constexpr double kNoteSize = 7.5;
constexpr double kScreen = 2.0;  // pixels per unit: on paper the width is set where the figure is included

// A new baseline for each line; returns where the last one ends.
double draw_paragraph(Canvas& canvas, std::string_view text, double top, const TextStyle& style) {
  constexpr std::size_t kMostLines = 8;
  if (text.empty()) return top;
  const double room = (kSvgWidth - 2.0 * kSvgMargin) / (style.bold ? 1.08 : 1.0);
  for (const std::string& line : wrapped(text, style.size, room, kMostLines)) {
    top += 1.25 * style.size;
    canvas.text({kSvgMargin, top}, line, style);
  }
  return top;
}

std::string head(const Plot& plot, const Origin& origin, double height) {
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {2:.0f} {3:.0f}\" font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', "
      "sans-serif\">\n",
      kScreen * kSvgWidth, kScreen * height, kSvgWidth, height);
  text += fmt::format("<title>{}</title>\n<desc>{}</desc>\n", xml_text(plot.title), xml_text(plot.note));
  text += fmt::format("<metadata>\n<data xmlns=\"urn:{}\">{}</data>\n</metadata>\n", kPlotSchema,
                      xml_text(base::to_text(plot_json(plot, origin))));
  text += fmt::format("<rect width=\"{:.0f}\" height=\"{:.0f}\" fill=\"#ffffff\"/>\n", kSvgWidth, height);
  return text;
}

}  // namespace

Result<std::string> to_svg(const Plot& plot, const Origin& origin) {
  WATTLENS_TRY(const Frames frames, frames_of(plot));
  Canvas canvas;
  double top = draw_paragraph(canvas, plot.title, 4.0, {.size = kTitleSize, .bold = true}) + 5.0;
  top = draw_legend(canvas, plot, top) + 2.0;
  double bottom = top;
  const auto panels = place_panels(frames.frames, plot.shared_x, top, bottom);
  const std::vector<std::string> names = series_names(plot.panels);
  for (const PlacedPanel& panel : panels) {
    draw_background(canvas, panel);
    draw_data(canvas, panel, names, !plot.shapes.empty());
    draw_axes(canvas, panel);
  }
  std::vector<std::string> notes = frames.remarks;
  if (!plot.note.empty()) notes.insert(notes.begin(), plot.note);
  bottom = draw_paragraph(canvas, base::join(notes, " "), bottom, {.size = kNoteSize, .colour = "#444444"});
  return head(plot, origin, std::ceil(bottom + 5.0)) + canvas.content() + "</svg>\n";
}

}  // namespace wattlens::plot
