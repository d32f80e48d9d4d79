// Whatever lies in the pipe of the regions: each name is clean UTF-8, windows are not turned round, and nothing stays
// open.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>
#include <vector>

#include "regions/mark.h"
#include "regions/nesting.h"

namespace {

using namespace wattlens;

class Sink final : public regions::WindowSink {
 public:
  Slot begin(base::MonoTime time) override {
    open_.insert(next_);
    begins_.push_back(time);
    return next_++;
  }
  void end(Slot slot, base::MonoTime time, std::size_t) override {
    if (open_.erase(slot) != 1 || time < begins_[slot]) std::abort();
  }
  void drop(Slot slot) override {
    if (open_.erase(slot) != 1) std::abort();
  }
  bool empty() const { return open_.empty(); }

 private:
  std::set<Slot> open_;
  std::vector<base::MonoTime> begins_;
  Slot next_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Sink sink;
  regions::Nesting nesting(sink);
  nesting.start({1000});
  regions::MarkReader reader;
  std::int64_t now = 2000;
  while (!rest.empty()) {
    // In pieces of uneven length.
    const std::string_view piece = rest.substr(0, 1 + static_cast<unsigned char>(rest.front()) % 64);
    rest.remove_prefix(piece.size());
    reader.read(piece, [&](const regions::Mark& mark) {
      if (mark.name.empty() || mark.name.size() > regions::kLongestName) std::abort();
      for (const char character : mark.name) {
        if (static_cast<unsigned char>(character) < 0x20 || character == 0x7F) std::abort();
      }
      nesting.take(mark, {++now});
    });
  }
  reader.end();
  nesting.finish({now + 1}, 7);
  nesting.warnings();
  if (!sink.empty()) std::abort();
  for (const regions::NamedRegion& region : nesting.regions()) {
    if (region.count < 0 || region.unended < 0 || region.time.value < 0.0) std::abort();
  }
  return 0;
}
