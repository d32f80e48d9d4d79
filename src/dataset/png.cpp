#include "dataset/png.h"

#include <fmt/core.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <string>
#include <vector>

#include "dataset/image_size.h"

namespace wattlens::dataset {
namespace {

constexpr auto kCutOff = "the file ends early";
// Deflate makes no more than so many bytes of one.
constexpr std::size_t kLargestRatio = 1032;

// What libpng's callbacks reach, and where it jumps to when it gives up.
struct Source {
  std::span<const std::byte> rest;
  std::jmp_buf give_up;  // NOLINT(modernize-avoid-c-arrays): libpng reports errors in no other way
  std::array<char, 128> message;
};

[[noreturn]] void stop(png_structp png, png_const_charp message) {
  auto& source = *static_cast<Source*>(png_get_error_ptr(png));
  std::strncpy(source.message.data(), message, source.message.size() - 1);
  std::longjmp(source.give_up, 1);  // NOLINT(cert-err52-cpp)
}

void say_nothing(png_structp, png_const_charp) {}

void next_bytes(png_structp png, png_bytep out, std::size_t count) {
  auto& source = *static_cast<Source*>(png_get_io_ptr(png));
  if (count > source.rest.size()) png_error(png, kCutOff);
  std::memcpy(out, source.rest.data(), count);
  source.rest = source.rest.subspan(count);
}

// Runs `step`, from which libpng may jump back here: false then. No object with a destructor may live in `step`, nor in
// libpng's callbacks above, because a jump skips destructors.
template <class Step>
bool guarded(Source& source, const Step& step) {
  if (setjmp(source.give_up) != 0) return false;  // NOLINT(cert-err52-cpp)
  step();
  return true;
}

// One value for red, green and blue.
void spread_gray(const std::uint8_t* gray, std::uint8_t* rgb, std::int64_t pixels) {
  for (std::int64_t i = 0; i < pixels; ++i) std::fill_n(rgb + 3 * i, 3, gray[i]);
}

// Pillow cuts gray of 16 bits (most significant byte first) off at 255 and does not scale it.
void cut_gray(const std::uint8_t* gray, std::uint8_t* rgb, std::int64_t pixels) {
  for (std::int64_t i = 0; i < pixels; ++i) {
    std::fill_n(rgb + 3 * i, 3, gray[2 * i] != 0 ? std::uint8_t{255} : gray[2 * i + 1]);
  }
}

class PngReader {
 public:
  explicit PngReader(std::span<const std::byte> bytes) : source_{bytes, {}, {}} {}
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  Result<Image> read(std::int64_t most_pixels) {
    const std::size_t file_size = source_.rest.size();
    if (!guarded(source_, [this] { read_header(); })) return damaged();
    if (png_ == nullptr || info_ == nullptr) return fail(ErrorKind::internal, "libpng cannot be used");
    const Size size{png_get_image_width(png_, info_), png_get_image_height(png_, info_)};
    WATTLENS_CHECK(check_size(size, most_pixels));
    if (!guarded(source_, [this] { choose_transformations(); })) return damaged();
    const std::size_t row_size = png_get_rowbytes(png_, info_);
    if (file_size * kLargestRatio < least_bytes(size)) {
      return fail(ErrorKind::usage, fmt::format("a truncated PNG image: {}", kCutOff));
    }
    Image image(size);
    const bool direct = row_size == static_cast<std::size_t>(size.width) * 3 && !is_gray() && !is_palette();
    std::vector<std::uint8_t> raw(direct ? 0 : row_size * static_cast<std::size_t>(size.height));
    std::vector<png_bytep> rows(static_cast<std::size_t>(size.height));
    std::uint8_t* first = direct ? image.row(0) : raw.data();
    for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = first + y * row_size;
    png_bytepp pointers = rows.data();
    const bool good = guarded(source_, [this, pointers] {
      png_read_image(png_, pointers);
      png_read_end(png_, nullptr);
    });
    if (!good) return damaged();
    if (!direct) fill(image, rows);
    return image;
  }

 private:
  void read_header() {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source_, stop, say_nothing);
    if (png_ == nullptr) return;
    info_ = png_create_info_struct(png_);
    if (info_ == nullptr) return;
    png_set_read_fn(png_, &source_, next_bytes);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    // Text, profiles and the like are stepped over unread.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_read_info(png_, info_);
  }

  void choose_transformations() {
    depth_ = png_get_bit_depth(png_, info_);
    color_ = png_get_color_type(png_, info_);
    if (is_palette()) png_set_packing(png_);
    if (is_gray() && depth_ < 8) png_set_expand_gray_1_2_4_to_8(png_);
    if (depth_ == 16 && color_ != PNG_COLOR_TYPE_GRAY) png_set_strip_16(png_);
    png_set_strip_alpha(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  }

  bool is_gray() const { return (color_ & PNG_COLOR_MASK_COLOR) == 0; }
  bool is_palette() const { return color_ == PNG_COLOR_TYPE_PALETTE; }

  // Of the pixels as the file holds them, without the bytes that begin a row.
  std::size_t least_bytes(Size size) const {
    const std::size_t samples = is_palette() ? 1 : std::size_t{is_gray() ? 1U : 3U};
    return samples * depth_ * static_cast<std::size_t>(size.width * size.height) / 8;
  }

  void fill(Image& image, const std::vector<png_bytep>& rows) {
    const std::int64_t width = image.size().width;
    for (std::size_t y = 0; y < rows.size(); ++y) {
      std::uint8_t* out = image.row(static_cast<std::int64_t>(y));
      if (is_palette()) {
        look_up(rows[y], out, width);
      } else if (depth_ == 16 && color_ == PNG_COLOR_TYPE_GRAY) {
        cut_gray(rows[y], out, width);
      } else {
        spread_gray(rows[y], out, width);
      }
    }
  }

  // An index beyond the palette is black, as in Pillow.
  void look_up(const std::uint8_t* indices, std::uint8_t* rgb, std::int64_t pixels) const {
    png_colorp colors = nullptr;
    int count = 0;
    png_get_PLTE(png_, info_, &colors, &count);
    for (std::int64_t i = 0; i < pixels; ++i, rgb += 3) {
      const png_color color = indices[i] < count ? colors[indices[i]] : png_color{};
      rgb[0] = color.red;
      rgb[1] = color.green;
      rgb[2] = color.blue;
    }
  }

  std::unexpected<Error> damaged() const {
    const std::string message(source_.message.data());
    return fail(ErrorKind::usage,
                fmt::format("a {} PNG image: {}", message == kCutOff ? "truncated" : "damaged", message));
  }

  Source source_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::uint8_t depth_ = 0;
  std::uint8_t color_ = 0;
};

}  // namespace

Result<Image> decode_png(std::span<const std::byte> bytes, std::int64_t most_pixels) {
  return PngReader(bytes).read(most_pixels);
}

}  // namespace wattlens::dataset
