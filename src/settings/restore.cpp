#include "settings/restore.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <ranges>
#include <utility>

namespace wattlens::settings {
namespace {

struct Found {
  const Setting* setting = nullptr;
  Control* control = nullptr;
};

Found find_place(std::span<const Setting> settings, std::string_view id) {
  for (const Setting& setting : settings) {
    for (const auto* places : {&setting.places, &setting.followers}) {
      const auto place = std::ranges::find(*places, id, &Place::id);
      if (place != places->end()) return {&setting, place->control.get()};
    }
  }
  return {};
}

// What is to be written where.
struct Work {
  JournalEntry entry;
  std::reference_wrapper<const Setting> setting;
  std::reference_wrapper<Control> control;
};

std::string by_hand(const JournalEntry& entry) {
  if (entry.place.starts_with("nvml/")) return "nvidia-smi sets it";
  return fmt::format("echo {} | sudo tee /{}", entry.original, entry.place);
}

// One setting may lie in many places: each warning once, with their number.
class Restorer {
 public:
  Restorer(const base::Path& file, Journal journal, std::span<const Setting> settings)
      : file_(file), journal_(std::move(journal)), settings_(settings) {}

  Restoration run() {
    sort_out();
    // From here on, what is written is wattlens's own whatever it reads as: a second restoration must not take a half
    // restored value for somebody else's.
    Journal rest = journal_;
    rest.entries = kept_;
    for (const Work& work : todo_) {
      rest.entries.push_back(work.entry);
      rest.entries.back().left.reset();
    }
    if (!todo_.empty()) note(write_journal(file_, rest));
    if (!todo_.empty()) write_all();
    rest.entries = kept_;
    if (rest.entries.empty()) {
      note(remove_journal(file_));
    } else {
      note(write_journal(file_, rest));
      result_.complete = false;
    }
    return std::move(result_);
  }

 private:
  // What is to be written (todo_), what cannot be now (kept_), and what is somebody else's.
  void sort_out() {
    for (JournalEntry& entry : journal_.entries | std::views::reverse) {
      const Found found = find_place(settings_, entry.place);
      if (found.control == nullptr) {
        warn("setting_gone", entry, fmt::format("{} is not there any more, so it was not restored", entry.setting),
             fmt::format("it was {} in {}; remove {} to forget it", entry.original, entry.place, file_.string()));
        kept_.push_back(std::move(entry));
        continue;
      }
      const auto now = found.setting->readable ? found.control->read() : entry.original;
      if (!now) {
        refuse(entry, now.error());
        kept_.push_back(std::move(entry));
      } else if (found.setting->readable && *now == entry.original) {
        continue;
      } else if (entry.left && *now != *entry.left && *now != entry.asked) {
        warn("setting_changed_by_others", entry,
             fmt::format("{} was changed to {} by somebody else meanwhile, and stays so; before wattlens it was {}",
                         entry.setting, shown_value(*found.setting, *now), shown_value(*found.setting, entry.original)),
             by_hand(entry));
      } else {
        todo_.push_back({std::move(entry), *found.setting, *found.control});
      }
    }
  }

  // Twice: a value may be refused until another one is back (a lowest frequency above the highest).
  void write_all() {
    std::vector<std::optional<Error>> problems(todo_.size());
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t i = 0; i < todo_.size(); ++i) {
        if (pass == 0 || problems[i]) problems[i] = write(todo_[i]);
      }
      for (std::size_t i = 0; i < todo_.size(); ++i) {
        if (!problems[i]) problems[i] = differs(todo_[i]);
      }
    }
    for (std::size_t i = 0; i < todo_.size(); ++i) {
      JournalEntry& entry = todo_[i].entry;
      if (problems[i]) {
        refuse(entry, *problems[i]);
        entry.left.reset();
        kept_.push_back(std::move(entry));
        continue;
      }
      std::string line = fmt::format("{}: {}", entry.setting, shown_value(todo_[i].setting, entry.original));
      if (std::ranges::find(result_.restored, line) == result_.restored.end()) {
        result_.restored.push_back(std::move(line));
      }
    }
  }

  static std::optional<Error> write(const Work& work) {
    const auto written = work.control.get().write(work.entry.original);
    return written ? std::nullopt : std::optional(written.error());
  }

  static std::optional<Error> differs(const Work& work) {
    const JournalEntry& entry = work.entry;
    if (!work.setting.get().readable) return std::nullopt;
    const auto now = work.control.get().read();
    if (!now) return now.error();
    if (*now == entry.original) return std::nullopt;
    return Error{ErrorKind::io, fmt::format("{} stays {}, though {} was written", entry.place, *now, entry.original),
                 by_hand(entry)};
  }

  void refuse(const JournalEntry& entry, const Error& error) {
    warn("setting_not_restored", entry, fmt::format("{} is not restored: {}", entry.setting, error.message),
         error.hint.empty() ? by_hand(entry) : error.hint);
  }

  void warn(std::string_view code, const JournalEntry& entry, std::string message, std::string hint) {
    const auto same = [&](const record::Warning& warning) {
      return warning.code == code && warning.channel == entry.setting;
    };
    if (std::ranges::any_of(result_.warnings, same)) return;
    result_.warnings.push_back({std::string(code), entry.setting, std::move(message), std::move(hint)});
  }

  void note(const Result<void>& done) {
    if (done) return;
    result_.complete = false;
    result_.warnings.push_back({"settings_journal", "", done.error().message, done.error().hint});
  }

  const base::Path& file_;
  Journal journal_;
  std::span<const Setting> settings_;
  std::vector<Work> todo_;
  std::vector<JournalEntry> kept_;
  Restoration result_;
};

}  // namespace

Restoration restore(const base::Path& file, Journal journal, std::span<const Setting> settings,
                    std::string_view boot_now) {
  if (journal.boot_id == boot_now) return Restorer(file, std::move(journal), settings).run();
  Restoration result;
  if (const auto removed = remove_journal(file); !removed) {
    result.complete = false;
    result.warnings.push_back({"settings_journal", "", removed.error().message, removed.error().hint});
  }
  return result;
}

}  // namespace wattlens::settings
