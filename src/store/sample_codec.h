// Raw samples as compact blobs: up to 16384 samples of all channels with one time stamp and one bracket each.
//
// A blob is one zstd frame with a content checksum. Inside: a header (counts; per column the first value, the mean
// step and a width), then the columns. A column holds, for every sample, how far its step lies from the mean step, in
// zigzag form and split into byte planes, so that the entropy coder sees small numbers beside small numbers.
// docs/store.md gives the layout. Lossless for every 64-bit value.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "record/run.h"

namespace wattlens::store {

inline constexpr std::size_t kSamplesPerBlob = 16384;
inline constexpr std::size_t kMostChannels = 1024;

// Keeps its buffers between blobs. Not thread-safe.
class SampleCodec {
 public:
  SampleCodec();
  ~SampleCodec();

  // The samples [first, first + count) as one blob; the view is valid until the next call. count <= kSamplesPerBlob.
  // Fails with ErrorKind::internal where the columns differ in length or there are too many channels.
  Result<std::span<const std::byte>> encode(const record::Samples& samples, std::size_t first, std::size_t count);

  // Appends the samples of one blob to `into`, whose channels are already named; `into` is unchanged on failure.
  // Fails with ErrorKind::usage where the blob is damaged or has another number of channels.
  Result<void> decode(std::span<const std::byte> blob, record::Samples& into);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace wattlens::store
