// Which output of a model a named class is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wattlens::dataset {

// The lines of a classes.txt: line i names output i, as a whole or, where no line is the name, by its first word
// ("n01440764 tench"). Empty lines at the end do not count.
using ClassList = std::vector<std::string>;

ClassList parse_class_list(std::string_view text);

// For each class, which are sorted by name, its output of a model that has `outputs`: by the list where there is one;
// else the name itself where all are whole numbers; else its place in the order, as torchvision's ImageFolder has it,
// where there are as many classes as outputs. Else an error of kind usage that tells both numbers. Thread-safe.
Result<std::vector<std::int64_t>> outputs_of(const std::vector<std::string>& classes,
                                             const std::optional<ClassList>& list, std::int64_t outputs);

}  // namespace wattlens::dataset
