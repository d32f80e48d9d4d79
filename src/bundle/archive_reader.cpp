#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "bundle/archive.h"

namespace wattlens::bundle {
namespace {

constexpr std::size_t kMostShown = 120;
constexpr std::string_view kAskAgain = "it is not as it was written: copy it again, or ask for it again";

struct FreeArchive {
  void operator()(archive* handle) const { archive_read_free(handle); }
};
struct FreeStream {
  void operator()(ZSTD_DCtx* stream) const { ZSTD_freeDCtx(stream); }
};

std::string shown(const char* name) {
  std::string text = name != nullptr ? name : "";
  if (text.size() > kMostShown) text = text.substr(0, kMostShown - 3) + "...";
  std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

std::string_view kind_of(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) return "a hard link";
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG: return "";
    case AE_IFLNK: return "a symbolic link";
    case AE_IFDIR: return "a folder";
    case AE_IFCHR:
    case AE_IFBLK: return "a device";
    case AE_IFIFO: return "a pipe";
    default: return "no plain file";
  }
}

}  // namespace

struct ArchiveReader::State {
  Source source;
  std::string file;
  std::unique_ptr<archive, FreeArchive> tar{archive_read_new()};
  std::unique_ptr<ZSTD_DCtx, FreeStream> zstd{ZSTD_createDCtx()};
  std::vector<char> packed = std::vector<char>(ZSTD_DStreamInSize());
  std::vector<char> unpacked = std::vector<char>(ZSTD_DStreamOutSize());
  ZSTD_inBuffer in{packed.data(), 0, 0};
  std::uint64_t taken = 0;  // bytes of the source
  bool frame_ended = false;
  std::optional<Error> error;
  bool opened = false;

  std::unexpected<Error> bad(std::string_view what, std::string_view hint = kAskAgain) const {
    return fail(ErrorKind::usage, fmt::format("{} {}", file, what), std::string(hint));
  }

  // True where the source has given more.
  Result<bool> fill() {
    if (in.pos < in.size) return true;
    WATTLENS_TRY(const std::size_t count, source(packed));
    in = {packed.data(), count, 0};
    taken += count;
    return count > 0;
  }

  // The next piece of the tar archive; empty at its end.
  Result<std::string_view> piece() {
    while (!frame_ended) {
      WATTLENS_TRY(const bool more, fill());
      if (!more && taken == 0) return bad("is empty", "give a file that `wattlens export bundle` wrote");
      ZSTD_outBuffer out{unpacked.data(), unpacked.size(), 0};
      const std::size_t code = ZSTD_decompressStream(zstd.get(), &out, &in);
      if (ZSTD_isError(code) != 0) {
        if (ZSTD_getErrorCode(code) == ZSTD_error_prefix_unknown) {
          return bad("is no wattlens bundle: it is not compressed by zstd",
                     "give a file that `wattlens export bundle` wrote");
        }
        return bad(fmt::format("is damaged near byte {}: {}", taken, ZSTD_getErrorName(code)));
      }
      frame_ended = code == 0;
      if (out.pos > 0) return std::string_view(unpacked.data(), out.pos);
      if (!more && !frame_ended) return bad(fmt::format("is truncated: it ends after {} bytes", taken));
    }
    WATTLENS_TRY(const bool more, fill());
    if (more) return bad("goes on after its end");
    return std::string_view();
  }

  static la_ssize_t give(archive* tar, void* data, const void** bytes) {
    auto& state = *static_cast<State*>(data);
    auto piece = state.piece();
    if (!piece) {
      state.error = std::move(piece).error();
      archive_set_error(tar, EIO, "see the error of the source");
      return -1;
    }
    *bytes = piece->data();
    return static_cast<la_ssize_t>(piece->size());
  }

  std::unexpected<Error> failure() const {
    if (error) return std::unexpected(*error);
    const char* text = archive_error_string(tar.get());
    return bad(fmt::format("is damaged: {}", shown(text)));
  }

  Result<void> open() {
    if (std::exchange(opened, true)) return {};
    archive_read_support_format_tar(tar.get());
    if (archive_read_open(tar.get(), this, nullptr, give, nullptr) == ARCHIVE_OK) return {};
    if (!error) {
      return bad("is no wattlens bundle: it holds no tar archive", "give a file that `wattlens export bundle` wrote");
    }
    return failure();
  }

  // To the end of the frame, whose checksum is then known to hold.
  Result<void> check_end() {
    while (true) {
      WATTLENS_TRY(const std::string_view rest, piece());
      if (rest.empty()) return {};
    }
  }
};

ArchiveReader::ArchiveReader(Source source, std::string file) : state_(std::make_unique<State>()) {
  state_->source = std::move(source);
  state_->file = std::move(file);
}
ArchiveReader::~ArchiveReader() = default;

Result<std::optional<ArchiveMember>> ArchiveReader::next() {
  WATTLENS_CHECK(state_->open());
  archive_entry* entry = nullptr;
  const int code = archive_read_next_header(state_->tar.get(), &entry);
  if (code == ARCHIVE_EOF) {
    WATTLENS_CHECK(state_->check_end());
    return std::nullopt;
  }
  if (code != ARCHIVE_OK) return state_->failure();
  ArchiveMember member{.name = shown(archive_entry_pathname(entry))};
  if (const std::string_view kind = kind_of(entry); !kind.empty()) {
    return state_->bad(fmt::format("holds \"{}\", {}: a bundle holds plain files only", member.name, kind));
  }
  const la_int64_t size = archive_entry_size(entry);
  if (archive_entry_size_is_set(entry) == 0 || size < 0) {
    return state_->bad(fmt::format("does not tell the size of \"{}\"", member.name));
  }
  member.bytes = static_cast<std::uint64_t>(size);
  return member;
}

Result<std::string> ArchiveReader::read(std::uint64_t most) {
  std::string text;
  while (true) {
    const void* bytes = nullptr;
    std::size_t count = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(state_->tar.get(), &bytes, &count, &offset);
    if (code == ARCHIVE_EOF) return text;
    if (code != ARCHIVE_OK) return state_->failure();
    if (static_cast<std::uint64_t>(offset) != text.size() || count > most - text.size()) {
      return state_->bad("holds a member that is not of the size that it tells");
    }
    text.append(static_cast<const char*>(bytes), count);
  }
}

}  // namespace wattlens::bundle
