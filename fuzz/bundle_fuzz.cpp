// A bundle is refused, or read to its end; what is accepted is the same from pieces of any size.
#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/archive.h"
#include "bundle/contents.h"
#include "bundle/digest.h"

namespace {

using namespace wattlens;

void require(bool holds) {
  if (!holds) std::abort();
}

Result<bundle::Contents> read(std::string_view text, std::size_t piece) {
  const auto source = [text, piece](std::span<char> out) mutable -> Result<std::size_t> {
    const std::size_t count = std::min({piece, out.size(), text.size()});
    std::copy_n(text.begin(), count, out.begin());
    text.remove_prefix(count);
    return count;
  };
  const auto step = [](double share) {
    require(share >= 0.0 && share <= 1.0);
    return Result<void>();
  };
  return bundle::read_bundle(source, "fuzz.tar.zst", text.size(), bundle::SampleCheck::yes, {}, step);
}

std::string compressed(std::string_view tar) {
  std::string out(ZSTD_compressBound(tar.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), tar.data(), tar.size(), 1));
  return out;
}

// The parts of `text` between form feeds as the members of a bundle whose hashes hold: past the checks that bytes alone
// never pass. Seeds have the record of an experiment, a run with line 2, samples.
std::string with_right_hashes(std::string_view text) {
  const std::string id = "20261121T100000-4f2a";
  const std::vector<std::string> names = {bundle::experiment_member(id), bundle::run_member(id, 0),
                                          bundle::samples_member(id, 0)};
  bundle::Manifest manifest{.wattlens_version = "0.1.0", .experiments = {{.id = id, .runs_planned = 1, .members = {}}}};
  std::vector<std::string_view> parts;
  while (parts.size() < names.size()) {
    const std::size_t end = parts.size() + 1 < names.size() ? text.find('\f') : std::string_view::npos;
    const std::string_view part = text.substr(0, end);
    manifest.experiments.front().members.push_back({names[parts.size()], part.size(), bundle::sha256(part)});
    parts.push_back(part);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  std::string out;
  bundle::ArchiveWriter archive([&](std::string_view bytes) {
    out += bytes;
    return Result<void>();
  });
  require(archive.add(std::string(bundle::kManifestName), bundle::to_text(manifest)).has_value());
  for (std::size_t i = 0; i < parts.size(); ++i) require(archive.add(names[i], parts[i]).has_value());
  require(archive.finish().has_value());
  return out;
}

}  // namespace

// The first byte chooses what the rest is: the file, the archive in it, its manifest, or the members of one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string file(rest);
  switch (data[0] % 4) {
    case 0: break;
    case 1: file = compressed(rest); break;
    case 2: {
      const auto manifest = bundle::manifest_from(rest, "fuzz.tar.zst");
      if (!manifest) return 0;
      const auto again = bundle::manifest_from(bundle::to_text(*manifest), "fuzz.tar.zst");
      require(again && again->experiments == manifest->experiments);
      return 0;
    }
    default: file = with_right_hashes(rest);
  }
  const auto whole = read(file, file.size() + 1);
  const auto pieces = read(file, 1 + data[0]);
  require(whole.has_value() == pieces.has_value());
  if (!whole) {
    require(!whole.error().message.empty() && whole.error().kind == ErrorKind::usage);
    return 0;
  }
  require(whole->digest == pieces->digest && whole->experiments.size() == whole->manifest.experiments.size());
  return 0;
}
