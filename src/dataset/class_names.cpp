#include "dataset/class_names.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace wattlens::dataset {
namespace {

std::string_view first_word(std::string_view line) { return line.substr(0, line.find_first_of(" \t,")); }

Result<std::vector<std::int64_t>> by_list(const std::vector<std::string>& classes, const ClassList& list,
                                          std::int64_t outputs) {
  if (std::ssize(list) != outputs) {
    return fail(ErrorKind::usage,
                fmt::format("classes.txt names {} classes, the model has {} outputs", list.size(), outputs),
                "one line for each output of the model, in its order");
  }
  std::multimap<std::string_view, std::int64_t> lines;
  std::multimap<std::string_view, std::int64_t> first_words;
  for (std::size_t i = 0; i < list.size(); ++i) {
    lines.emplace(list[i], static_cast<std::int64_t>(i));
    first_words.emplace(first_word(list[i]), static_cast<std::int64_t>(i));
  }
  std::vector<std::int64_t> found;
  for (const std::string& name : classes) {
    // A whole line is meant before a first word: "tiger" is not the "tiger cat" above it.
    const auto& names = lines.contains(name) ? lines : first_words;
    if (names.count(name) > 1) {
      return fail(ErrorKind::usage, fmt::format("classes.txt names the class '{}' {} times", name, names.count(name)),
                  "call each folder by the whole line of its class");
    }
    const auto at = names.find(name);
    if (at == names.end()) {
      return fail(ErrorKind::usage, fmt::format("classes.txt does not name the class '{}'", name),
                  "each folder is the first word of a line, or the whole line");
    }
    found.push_back(at->second);
  }
  return found;
}

}  // namespace

ClassList parse_class_list(std::string_view text) {
  ClassList list;
  for (const std::string_view line : base::split(text, '\n')) list.emplace_back(base::trim(line));
  while (!list.empty() && list.back().empty()) list.pop_back();
  return list;
}

Result<std::vector<std::int64_t>> outputs_of(const std::vector<std::string>& classes,
                                             const std::optional<ClassList>& list, std::int64_t outputs) {
  if (list) return by_list(classes, *list, outputs);
  std::vector<std::int64_t> numbers;
  for (const std::string& name : classes) {
    if (const auto number = base::parse_integer(name)) numbers.push_back(*number);
  }
  if (numbers.size() == classes.size()) {
    const auto beyond = std::ranges::find_if(numbers, [&](std::int64_t n) { return n < 0 || n >= outputs; });
    if (beyond == numbers.end()) return numbers;
    return fail(ErrorKind::usage,
                fmt::format("a class is number {}, the model has {} outputs, counted from 0", *beyond, outputs),
                "use the model's own numbers of classes");
  }
  if (std::ssize(classes) != outputs) {
    return fail(ErrorKind::usage, fmt::format("{} classes, but the model has {} outputs", classes.size(), outputs),
                "name the folders by the model's numbers of classes, or put a classes.txt beside them");
  }
  numbers.resize(classes.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::int64_t>(i);
  return numbers;
}

}  // namespace wattlens::dataset
