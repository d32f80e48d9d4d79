#include "dataset/gzip.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

namespace wattlens::dataset {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;
constexpr int kGzipOnly = 16 + MAX_WBITS;

class Inflater {
 public:
  Inflater() : ready_(inflateInit2(&stream_, kGzipOnly) == Z_OK) {}
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  bool ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_;
};

}  // namespace

bool is_gzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1F} && bytes[1] == std::byte{0x8B};
}

Result<std::vector<std::uint8_t>> gunzip(std::span<const std::byte> bytes, std::size_t most_bytes) {
  Inflater inflater;
  if (!inflater.ready()) return fail(ErrorKind::internal, "zlib cannot be used");
  if (bytes.size() > std::numeric_limits<uInt>::max()) {
    return fail(ErrorKind::usage, fmt::format("{} packed bytes are too many", bytes.size()), "unpack it with gunzip");
  }
  z_stream& stream = inflater.stream();
  // zlib does not write to what it reads, but its type does not say so.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::vector<std::uint8_t> out;
  int state = Z_OK;
  while (state == Z_OK) {
    const std::size_t before = out.size();
    if (before >= most_bytes) {
      return fail(ErrorKind::usage, fmt::format("it unpacks to more than {} bytes", most_bytes),
                  "give a smaller file, or a folder of images");
    }
    out.resize(before + std::min(kPiece, most_bytes - before));
    stream.next_out = out.data() + before;
    stream.avail_out = static_cast<uInt>(out.size() - before);
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  if (state != Z_STREAM_END) {
    return fail(ErrorKind::usage, stream.avail_in == 0 ? "gzip data end early" : "gzip data are damaged",
                "get the file again");
  }
  return out;
}

}  // namespace wattlens::dataset
