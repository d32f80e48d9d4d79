#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <zstd.h>

#include <utility>
#include <vector>

#include "bundle/archive.h"

namespace wattlens::bundle {
namespace {

constexpr int kLevel = 9;  // samples are compressed already; documents become a tenth
constexpr int kMode = 0644;

struct FreeArchive {
  void operator()(archive* handle) const { archive_write_free(handle); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
struct FreeStream {
  void operator()(ZSTD_CCtx* stream) const { ZSTD_freeCCtx(stream); }
};

}  // namespace

struct ArchiveWriter::State {
  Sink sink;
  std::unique_ptr<ZSTD_CCtx, FreeStream> zstd{ZSTD_createCCtx()};
  std::vector<char> packed = std::vector<char>(ZSTD_CStreamOutSize());
  std::optional<Error> error;
  bool opened = false;
  std::unique_ptr<archive, FreeArchive> tar{archive_write_new()};  // the first to go: it may still write

  Result<void> pack(std::string_view bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (true) {
      ZSTD_outBuffer out{packed.data(), packed.size(), 0};
      const std::size_t left = ZSTD_compressStream2(zstd.get(), &out, &in, directive);
      if (ZSTD_isError(left) != 0) {
        return fail(ErrorKind::internal, fmt::format("cannot compress: {}", ZSTD_getErrorName(left)));
      }
      if (out.pos > 0) WATTLENS_CHECK(sink({packed.data(), out.pos}));
      if (directive == ZSTD_e_end ? left == 0 : in.pos == in.size) return {};
    }
  }

  // What libarchive writes; -1 tells it that `error` holds why not.
  static la_ssize_t take(archive*, void* data, const void* bytes, std::size_t count) {
    auto& state = *static_cast<State*>(data);
    if (auto done = state.pack({static_cast<const char*>(bytes), count}, ZSTD_e_continue); !done) {
      state.error = std::move(done).error();
      return -1;
    }
    return static_cast<la_ssize_t>(count);
  }

  Result<void> check(la_ssize_t code) {
    if (error) return std::unexpected(*error);
    if (code >= ARCHIVE_OK) return {};
    const char* text = archive_error_string(tar.get());
    return fail(ErrorKind::internal, fmt::format("cannot write the archive: {}", text != nullptr ? text : "unknown"));
  }

  Result<void> open() {
    if (std::exchange(opened, true)) return {};
    ZSTD_CCtx_setParameter(zstd.get(), ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(zstd.get(), ZSTD_c_checksumFlag, 1);
    WATTLENS_CHECK(check(archive_write_set_format_ustar(tar.get())));
    WATTLENS_CHECK(check(archive_write_set_bytes_per_block(tar.get(), 0)));
    return check(archive_write_open(tar.get(), this, nullptr, take, nullptr));
  }
};

ArchiveWriter::ArchiveWriter(Sink sink) : state_(std::make_unique<State>()) { state_->sink = std::move(sink); }
// libarchive writes the end of the archive when it is freed: an unfinished one must not get it.
ArchiveWriter::~ArchiveWriter() {
  state_->sink = [](std::string_view) { return Result<void>(); };
}

Result<void> ArchiveWriter::add(const std::string& name, std::string_view bytes) {
  WATTLENS_CHECK(state_->open());
  const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), kMode);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
  archive_entry_set_mtime(entry.get(), 0, 0);
  WATTLENS_CHECK(state_->check(archive_write_header(state_->tar.get(), entry.get())));
  if (bytes.empty()) return {};
  return state_->check(archive_write_data(state_->tar.get(), bytes.data(), bytes.size()));
}

Result<void> ArchiveWriter::finish() {
  WATTLENS_CHECK(state_->open());
  WATTLENS_CHECK(state_->check(archive_write_close(state_->tar.get())));
  return state_->pack({}, ZSTD_e_end);
}

}  // namespace wattlens::bundle
