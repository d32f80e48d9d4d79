#include "store/sample_codec.h"

#include <fmt/core.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>

namespace wattlens::store {
namespace {

constexpr std::uint8_t kLayout = 1;
constexpr std::uint8_t kHasGaps = 1;
// The fastest level: higher ones find nothing more in noise.
constexpr int kCompressionLevel = 1;
constexpr std::size_t kMostHeaderBytes = 64;
constexpr std::size_t kMostColumnBytes = 32 + kSamplesPerBlob * 9;

// All arithmetic is on unsigned numbers, which wrap: every 64-bit value survives.
std::uint64_t zigzag(std::uint64_t value) {
  return (value << 1) ^ static_cast<std::uint64_t>(static_cast<std::int64_t>(value) >> 63);
}
std::uint64_t unzigzag(std::uint64_t value) { return (value >> 1) ^ (~(value & 1) + 1); }

std::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorKind::usage, fmt::format("the stored samples are damaged: {}", what));
}

class Writer {
 public:
  explicit Writer(std::vector<std::uint8_t>& out) : out_(out) { out_.clear(); }

  void byte(std::uint8_t value) { out_.push_back(value); }
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void bytes(std::span<const std::uint8_t> values) { out_.insert(out_.end(), values.begin(), values.end()); }

  // Where a block of the frame ends: what comes after has a code table of its own.
  void end_block() { ends_.push_back(out_.size()); }
  std::span<const std::size_t> ends() const { return ends_; }

  // First value, mean step, width; then the planes of all later values.
  void column(std::span<const std::int64_t> values, std::vector<std::uint64_t>& scratch) {
    const auto first = static_cast<std::uint64_t>(values.front());
    const auto steps = static_cast<std::int64_t>(values.size() - 1);
    const std::uint64_t span = static_cast<std::uint64_t>(values.back()) - first;
    const std::uint64_t mean = steps == 0 ? 0 : static_cast<std::uint64_t>(static_cast<std::int64_t>(span) / steps);
    scratch.resize(values.size() - 1);
    std::uint64_t any = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
      const std::uint64_t step = static_cast<std::uint64_t>(values[i]) - static_cast<std::uint64_t>(values[i - 1]);
      scratch[i - 1] = zigzag(step - mean);
      any |= scratch[i - 1];
    }
    const auto width = static_cast<std::uint8_t>((std::bit_width(any) + 7) / 8);
    number(zigzag(first));
    number(zigzag(mean));
    byte(width);
    for (unsigned plane = 0; plane < width; ++plane) {
      std::size_t place = out_.size();
      out_.resize(place + scratch.size());
      for (const std::uint64_t value : scratch) out_[place++] = static_cast<std::uint8_t>(value >> (8 * plane));
      end_block();
    }
  }

 private:
  std::vector<std::uint8_t>& out_;
  std::vector<std::size_t> ends_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> in) : in_(in) {}

  Result<std::uint8_t> byte() {
    if (in_.empty()) return damaged("it ends too early");
    const std::uint8_t value = in_.front();
    in_ = in_.subspan(1);
    return value;
  }
  Result<std::uint64_t> number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      WATTLENS_TRY(const std::uint8_t next, byte());
      value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
      if ((next & 0x80) == 0) return value;
    }
    return damaged("a number is too long");
  }
  Result<std::span<const std::uint8_t>> bytes(std::size_t count) {
    if (in_.size() < count) return damaged("it ends too early");
    const auto part = in_.first(count);
    in_ = in_.subspan(count);
    return part;
  }
  Result<void> column(std::span<std::int64_t> values) {
    WATTLENS_TRY(const std::uint64_t first, number());
    WATTLENS_TRY(const std::uint64_t coded_mean, number());
    WATTLENS_TRY(const std::uint8_t width, byte());
    if (width > 8) return damaged("a width is above 8");
    const std::size_t steps = values.size() - 1;
    WATTLENS_TRY(const auto planes, bytes(width * steps));
    const std::uint64_t mean = unzigzag(coded_mean);
    std::uint64_t value = unzigzag(first);
    values[0] = static_cast<std::int64_t>(value);
    for (std::size_t i = 0; i < steps; ++i) {
      std::uint64_t coded = 0;
      for (unsigned plane = 0; plane < width; ++plane) {
        coded |= static_cast<std::uint64_t>(planes[plane * steps + i]) << (8 * plane);
      }
      value += unzigzag(coded) + mean;
      values[i + 1] = static_cast<std::int64_t>(value);
    }
    return {};
  }
  bool at_end() const { return in_.empty(); }

 private:
  std::span<const std::uint8_t> in_;
};

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

struct SampleCodec::Buffers {
  std::unique_ptr<ZSTD_CCtx, FreeContext> compressor;
  std::unique_ptr<ZSTD_DCtx, FreeContext> decompressor;
  std::vector<std::uint8_t> plain;
  std::vector<std::byte> blob;
  std::vector<std::int64_t> values;
  std::vector<std::uint8_t> gaps;
  std::vector<std::uint64_t> steps;

  // The values of one channel, with gaps filled by the value before; true when there were any.
  bool fill_gaps(std::span<const std::int64_t> source) {
    values.assign(source.begin(), source.end());
    if (std::ranges::find(values, record::Samples::kNoReading) == values.end()) return false;
    gaps.assign(values.size(), 0);
    std::int64_t last = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] == record::Samples::kNoReading) {
        gaps[i] = 1;
        values[i] = last;
      }
      last = values[i];
    }
    return true;
  }

  // Each flush ends a block.
  Result<void> compress(std::span<const std::size_t> ends) {
    if (!compressor) compressor.reset(ZSTD_createCCtx());
    ZSTD_CCtx* context = compressor.get();
    if (context == nullptr) return fail(ErrorKind::internal, "zstd could not be started: no memory");
    ZSTD_CCtx_reset(context, ZSTD_reset_session_only);
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kCompressionLevel);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setPledgedSrcSize(context, plain.size());
    blob.resize(ZSTD_compressBound(plain.size()) + 16 * (ends.size() + 1));
    ZSTD_outBuffer out{blob.data(), blob.size(), 0};
    ZSTD_inBuffer in{plain.data(), 0, 0};
    for (std::size_t i = 0; i < ends.size(); ++i) {
      in.size = ends[i];
      const auto mode = i + 1 == ends.size() ? ZSTD_e_end : ZSTD_e_flush;
      const std::size_t left = ZSTD_compressStream2(context, &out, &in, mode);
      if (ZSTD_isError(left) != 0) return fail(ErrorKind::internal, ZSTD_getErrorName(left));
      if (left != 0) return fail(ErrorKind::internal, "a blob of samples does not fit its buffer");
    }
    blob.resize(out.pos);
    return {};
  }

  Result<void> decompress(std::span<const std::byte> source, std::size_t channels) {
    const unsigned long long size = ZSTD_getFrameContentSize(source.data(), source.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) return damaged("not a zstd frame");
    if (size > kMostHeaderBytes + (channels + 2) * kMostColumnBytes) return damaged("it is too large");
    if (!decompressor) decompressor.reset(ZSTD_createDCtx());
    if (!decompressor) return fail(ErrorKind::internal, "zstd could not be started: no memory");
    plain.resize(size);
    const std::size_t done =
        ZSTD_decompressDCtx(decompressor.get(), plain.data(), plain.size(), source.data(), source.size());
    if (ZSTD_isError(done) != 0) return damaged(ZSTD_getErrorName(done));
    if (done != size) return damaged("its length is wrong");
    return {};
  }
};

SampleCodec::SampleCodec() : buffers_(std::make_unique<Buffers>()) {}
SampleCodec::~SampleCodec() = default;

Result<std::span<const std::byte>> SampleCodec::encode(const record::Samples& samples, std::size_t first,
                                                       std::size_t count) {
  assert(count > 0 && count <= kSamplesPerBlob && first + count <= samples.size());
  const auto whole = [&](const auto& column) { return column.size() == samples.size(); };
  if (!whole(samples.bracket_us) || !std::ranges::all_of(samples.values, whole) ||
      samples.values.size() != samples.channels.size() || samples.values.size() > kMostChannels) {
    return fail(ErrorKind::internal, "the columns of the samples do not belong together");
  }
  Buffers& work = *buffers_;
  Writer writer(work.plain);
  writer.byte(kLayout);
  writer.number(count);
  writer.number(samples.values.size());
  writer.column(std::span(samples.time_us).subspan(first, count), work.steps);
  writer.bytes(std::span(samples.bracket_us).subspan(first, count));
  writer.end_block();
  for (const auto& channel : samples.values) {
    const bool gaps = work.fill_gaps(std::span(channel).subspan(first, count));
    writer.byte(gaps ? kHasGaps : 0);
    if (gaps) writer.bytes(work.gaps);
    writer.column(work.values, work.steps);
  }
  writer.end_block();
  WATTLENS_CHECK(work.compress(writer.ends()));
  return std::span<const std::byte>(work.blob);
}

Result<void> SampleCodec::decode(std::span<const std::byte> blob, record::Samples& into) {
  Buffers& work = *buffers_;
  const std::size_t channels = into.channels.size();
  WATTLENS_CHECK(work.decompress(blob, channels));
  Reader reader(work.plain);
  WATTLENS_TRY(const std::uint8_t layout, reader.byte());
  if (layout != kLayout) return damaged(fmt::format("layout {} is unknown", layout));
  WATTLENS_TRY(const std::uint64_t count, reader.number());
  if (count == 0 || count > kSamplesPerBlob) return damaged("its count is out of range");
  WATTLENS_TRY(const std::uint64_t stored_channels, reader.number());
  if (stored_channels != channels) return damaged("it has another number of channels");

  record::Samples part;
  part.time_us.resize(count);
  WATTLENS_CHECK(reader.column(part.time_us));
  WATTLENS_TRY(const auto brackets, reader.bytes(count));
  part.values.resize(channels);
  for (auto& values : part.values) {
    values.resize(count);
    WATTLENS_TRY(const std::uint8_t flags, reader.byte());
    std::span<const std::uint8_t> gaps;
    if ((flags & kHasGaps) != 0) {
      WATTLENS_TRY(gaps, reader.bytes(count));
    }
    WATTLENS_CHECK(reader.column(values));
    for (std::size_t i = 0; i < gaps.size(); ++i) {
      if (gaps[i] != 0) values[i] = record::Samples::kNoReading;
    }
  }
  if (!reader.at_end()) return damaged("it is too long");

  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  append(into.time_us, part.time_us);
  append(into.bracket_us, brackets);
  into.values.resize(channels);
  for (std::size_t i = 0; i < channels; ++i) append(into.values[i], part.values[i]);
  return {};
}

}  // namespace wattlens::store
