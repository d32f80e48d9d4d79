// The flags that give a model real images, for every command that measures models.
#pragma once

#include "cli/image_input.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

void add_images(CLI::App& command, ImageOptions& options);

// Where preprocessing is done, for commands that can have it in a window.
void add_preprocess(CLI::App& command, ImageOptions& options);

}  // namespace wattlens::cli
