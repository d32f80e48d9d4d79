#include "dataset/jpeg.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <string>
#include <vector>

// jpeglib.h needs size_t and FILE before it.
#include <jpeglib.h>
// jerror.h needs jpeglib.h before it.
#include <jerror.h>

#include "dataset/image_size.h"

namespace wattlens::dataset {
namespace {

// A picture has about ten; each of thousands would be decoded over the whole picture.
constexpr int kMostScans = 200;

// Warnings that mean that pixels are made up. Others (bytes between markers, an unknown Adobe transform) lose nothing.
constexpr std::array kDamage = {JWRN_JPEG_EOF, JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_MUST_RESYNC,
                                JWRN_ARITH_BAD_CODE};

// libjpeg's state, and where it jumps to when it gives up.
struct Decompressor {
  jpeg_decompress_struct info;
  jpeg_error_mgr errors;
  jpeg_progress_mgr progress;
  std::jmp_buf give_up;  // NOLINT(modernize-avoid-c-arrays): libjpeg reports errors in no other way
  std::array<char, JMSG_LENGTH_MAX> message;
};

Decompressor& owner_of(j_common_ptr info) { return *static_cast<Decompressor*>(info->client_data); }

[[noreturn]] void stop(j_common_ptr info) {
  Decompressor& decompressor = owner_of(info);
  info->err->format_message(info, decompressor.message.data());
  std::longjmp(decompressor.give_up, 1);  // NOLINT(cert-err52-cpp)
}

void hear(j_common_ptr info, int level) {
  if (level < 0 && std::ranges::find(kDamage, info->err->msg_code) != kDamage.end()) stop(info);
}

void say_nothing(j_common_ptr) {}

void count_scans(j_common_ptr info) {
  const auto* decompress = reinterpret_cast<j_decompress_ptr>(info);
  if (decompress->input_scan_number > kMostScans) ERREXIT1(info, JERR_BAD_PROGRESSION, decompress->input_scan_number);
}

// Runs `step`, from which libjpeg may jump back here: false then. No object with a destructor may live in `step`, nor
// in libjpeg's callbacks above, because a jump skips destructors.
template <class Step>
bool guarded(Decompressor& decompressor, const Step& step) {
  if (setjmp(decompressor.give_up) != 0) return false;  // NOLINT(cert-err52-cpp)
  step(decompressor.info);
  return true;
}

// a * b / 255, rounded, as Pillow computes it.
int scaled(int a, int b) {
  const int product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

// Pillow's cmyk2rgb: each ink takes its share of what black lets through.
// JPEG files hold inks inverted, as Adobe began; Pillow takes them so whether or not there is Adobe's marker.
void cmyk_to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb, std::int64_t pixels) {
  for (std::int64_t i = 0; i < pixels; ++i, cmyk += 4, rgb += 3) {
    const int light = cmyk[3];
    for (int c = 0; c < 3; ++c) rgb[c] = static_cast<std::uint8_t>(light - scaled(255 - cmyk[c], light));
  }
}

class JpegReader {
 public:
  explicit JpegReader(std::span<const std::byte> bytes) : bytes_(bytes) {
    auto& info = state_.info;
    info.err = jpeg_std_error(&state_.errors);
    state_.errors.error_exit = stop;
    state_.errors.emit_message = hear;
    state_.errors.output_message = say_nothing;
    state_.progress.progress_monitor = count_scans;
    info.client_data = &state_;
  }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&state_.info); }

  Result<Image> read(std::int64_t most_pixels) {
    WATTLENS_CHECK(read_header());
    auto& info = state_.info;
    WATTLENS_CHECK(check_size({info.image_width, info.image_height}, most_pixels));
    if (info.num_components != 1 && info.num_components != 3 && info.num_components != 4) {
      return fail(ErrorKind::usage, fmt::format("a JPEG image of {} colour components", info.num_components));
    }
    const bool inks = info.num_components == 4;
    info.out_color_space = inks ? JCS_CMYK : JCS_RGB;
    if (!guarded(state_, [](auto& jpeg) { jpeg_start_decompress(&jpeg); })) return damaged();
    Image image({info.output_width, info.output_height});
    std::vector<std::uint8_t> row_of_inks(inks ? std::size_t{info.output_width} * 4 : 0);
    while (info.output_scanline < info.output_height) {
      std::uint8_t* row = image.row(info.output_scanline);
      std::uint8_t* target = inks ? row_of_inks.data() : row;
      if (!guarded(state_, [&target](auto& jpeg) { jpeg_read_scanlines(&jpeg, &target, 1); })) return damaged();
      if (inks) cmyk_to_rgb(target, row, image.size().width);
    }
    if (!guarded(state_, [](auto& jpeg) { jpeg_finish_decompress(&jpeg); })) return damaged();
    return image;
  }

 private:
  Result<void> read_header() {
    const auto* data = reinterpret_cast<const unsigned char*>(bytes_.data());
    const auto size = static_cast<unsigned long>(bytes_.size());  // NOLINT(google-runtime-int): libjpeg's type
    const bool good = guarded(state_, [this, data, size](auto& jpeg) {
      jpeg_create_decompress(&jpeg);
      jpeg.progress = &state_.progress;
      jpeg_mem_src(&jpeg, data, size);
      jpeg_read_header(&jpeg, TRUE);
    });
    if (!good) return damaged();
    return {};
  }

  std::unexpected<Error> damaged() const {
    const int code = state_.errors.msg_code;
    const bool short_of_data = code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JERR_INPUT_EOF;
    return fail(ErrorKind::usage, fmt::format("a {} JPEG image: {}", short_of_data ? "truncated" : "damaged",
                                              std::string(state_.message.data())));
  }

  std::span<const std::byte> bytes_;
  Decompressor state_{};
};

}  // namespace

Result<Image> decode_jpeg(std::span<const std::byte> bytes, std::int64_t most_pixels) {
  return JpegReader(bytes).read(most_pixels);
}

}  // namespace wattlens::dataset
