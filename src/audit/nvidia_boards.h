// Which generation an NVIDIA board is of, by its name: logs tell no more. Pure function.
#pragma once

#include <string_view>

namespace wattlens::audit {

// As in data/sensor_profiles.json: "ga10x"; empty where the name is not known. Names by NVIDIA's product pages.
std::string_view nvidia_generation(std::string_view board);

}  // namespace wattlens::audit
