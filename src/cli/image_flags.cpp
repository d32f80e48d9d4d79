#include "cli/image_flags.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace wattlens::cli {

void add_images(CLI::App& command, ImageOptions& options) {
  CLI::Option* images =
      command
          .add_option("--images", options.path,
                      "Real images as input: a folder (of classes, too) or an IDX file (seeded numbers)")
          ->type_name("FOLDER")
          ->group("Images");
  // Not bound to the optional itself, which CLI11 would set to 0 where the flag is not given.
  command
      .add_flag_function(
          "--labels,!--no-labels", [&options](std::int64_t count) { options.labels = count > 0; },
          "Count how often the model is right (where the folder is labelled)")
      ->needs(images)
      ->group("Images");
  command.add_option("--broken-images", options.broken, "skip leaves them out, named and counted (fail)")
      ->check(CLI::IsMember(std::vector<std::string>{"skip", "fail"}))
      ->needs(images)
      ->type_name("WORD")
      ->group("Images");
}

void add_preprocess(CLI::App& command, ImageOptions& options) {
  command
      .add_option("--preprocess", options.preprocess,
                  "Where images are decoded and scaled: outside the window, inside it, alone (without the model) "
                  "(outside)")
      ->type_name("LIST")
      ->group("Images");
}

}  // namespace wattlens::cli
