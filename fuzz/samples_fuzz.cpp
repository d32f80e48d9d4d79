// A blob of raw samples is refused, or decoded into columns of one length; what was refused leaves no trace.
#include <zstd.h>

#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "store/sample_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The input is what the frame holds: behind zstd's checksum no random byte would get far.
  static ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::vector<std::byte> blob(ZSTD_compressBound(size));
  blob.resize(ZSTD_compress2(context, blob.data(), blob.size(), data, size));

  static wattlens::store::SampleCodec codec;
  wattlens::record::Samples samples;
  samples.channels = {"cpu.package.0"};
  samples.values.resize(1);
  const bool decoded = codec.decode(blob, samples).has_value();
  const std::size_t count = samples.size();
  if (samples.values[0].size() != count || samples.bracket_us.size() != count || decoded != (count > 0)) std::abort();
  return 0;
}
