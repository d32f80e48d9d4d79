#include "network/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/json.h"

namespace wattlens::network {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kLongestHeader = 100'000'000;  // the reference implementation's limit
constexpr std::size_t kMostDimensions = 16;

std::unexpected<Error> broken(std::string_view what, const std::string& why) {
  return fail(ErrorKind::usage, fmt::format("{}: {}", what, why),
              "download or convert the file again (tools/to_safetensors.py)");
}

// Bytes of one element; empty for a type that this program has never heard of.
std::optional<std::uint64_t> element_bytes(std::string_view type) {
  if (type == "F64" || type == "I64" || type == "U64") return 8;
  if (type == "F32" || type == "I32" || type == "U32") return 4;
  if (type == "F16" || type == "BF16" || type == "I16" || type == "U16") return 2;
  if (type == "I8" || type == "U8" || type == "BOOL") return 1;
  return {};
}

// A JSON array of integers from 0 to 2^62.
std::optional<std::vector<std::int64_t>> integers(const base::Json& entry, const char* name) {
  const auto found = entry.find(name);
  if (found == entry.end() || !found->is_array()) return {};
  std::vector<std::int64_t> values;
  for (const base::Json& value : *found) {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > (std::uint64_t{1} << 62)) return {};
    values.push_back(value.get<std::int64_t>());
  }
  return values;
}

// The product of the sizes, or nothing where it passes 2^62.
std::optional<std::uint64_t> checked_count(const Shape& shape) {
  std::uint64_t count = 1;
  for (const std::int64_t size : shape) {
    if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(size), &count)) return {};
  }
  return count > (std::uint64_t{1} << 60) ? std::nullopt : std::optional(count);
}

Result<SavedTensor> tensor_of(const std::string& name, const base::Json& entry, std::span<const std::byte> data,
                              std::string_view what) {
  if (!entry.is_object()) return broken(what, fmt::format("the entry \"{}\" is not an object", name));
  SavedTensor tensor;
  tensor.name = name;
  const auto type = entry.find("dtype");
  const auto shape = integers(entry, "shape");
  const auto offsets = integers(entry, "data_offsets");
  if (type == entry.end() || !type->is_string() || !shape || shape->size() > kMostDimensions || !offsets ||
      offsets->size() != 2) {
    return broken(what, fmt::format("the entry \"{}\" lacks a proper dtype, shape or data_offsets", name));
  }
  tensor.type = type->get<std::string>();
  tensor.shape = *shape;
  const auto begin = static_cast<std::uint64_t>(offsets->front());
  const auto end = static_cast<std::uint64_t>(offsets->back());
  if (begin > end) return broken(what, fmt::format("the offsets of \"{}\" run backwards", name));
  if (end > data.size()) {
    return broken(what, fmt::format("\"{}\" ends at byte {} of the data, which has {}: the file is truncated", name,
                                    end, data.size()));
  }
  const std::optional<std::uint64_t> count = checked_count(tensor.shape);
  const std::optional<std::uint64_t> width = element_bytes(tensor.type);
  if (!count || (width && *count * *width != end - begin)) {
    return broken(what, fmt::format("\"{}\" of type {} and shape {} cannot have {} bytes", name, tensor.type,
                                    to_string(tensor.shape), end - begin));
  }
  tensor.bytes = data.subspan(begin, end - begin);
  return tensor;
}

// The format allows neither holes nor overlaps nor bytes after the last tensor.
Result<void> check_layout(const std::vector<SavedTensor>& tensors, std::span<const std::byte> data,
                          std::string_view what) {
  const std::byte* expected = data.data();
  std::string_view before = "the start";
  for (const SavedTensor& tensor : tensors) {
    const std::byte* const begin = tensor.bytes.data();
    if (begin != expected) {
      return broken(what, fmt::format("there {} between {} and \"{}\"",
                                      begin < expected ? "is an overlap" : "is a hole", before, tensor.name));
    }
    expected = begin + tensor.bytes.size();
    before = tensor.name;
  }
  const std::ptrdiff_t rest = data.data() + data.size() - expected;
  if (rest != 0) return broken(what, fmt::format("{} bytes after the last tensor belong to none", rest));
  return {};
}

}  // namespace

Result<std::vector<SavedTensor>> parse_safetensors(std::span<const std::byte> file, std::string_view what) {
  if (file.size() < kLengthBytes) return broken(what, "too short for a .safetensors file");
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, file.data(), kLengthBytes);
  if (header_bytes > kLongestHeader) return broken(what, "not a .safetensors file: its header would pass 100 MB");
  if (header_bytes > file.size() - kLengthBytes) {
    return broken(what, fmt::format("the header should have {} bytes, {} are there: the file is truncated",
                                    header_bytes, file.size() - kLengthBytes));
  }
  const std::string_view text(reinterpret_cast<const char*>(file.data() + kLengthBytes), header_bytes);
  const std::span<const std::byte> data = file.subspan(kLengthBytes + header_bytes);
  const auto header = base::parse_json(text, what);
  if (!header) return broken(what, fmt::format("the header is not JSON ({})", header.error().message));
  if (!header->is_object()) return broken(what, "the header is not a JSON object");

  std::vector<SavedTensor> tensors;
  for (const auto& [name, entry] : header->items()) {
    if (name == "__metadata__") continue;
    WATTLENS_TRY(SavedTensor tensor, tensor_of(name, entry, data, what));
    tensors.push_back(std::move(tensor));
  }
  // Empty tensors share their place with the one that follows.
  std::ranges::stable_sort(tensors, [](const SavedTensor& a, const SavedTensor& b) {
    return std::pair(a.bytes.data(), a.bytes.size()) < std::pair(b.bytes.data(), b.bytes.size());
  });
  WATTLENS_CHECK(check_layout(tensors, data, what));
  return tensors;
}

Result<Safetensors> read_safetensors(const base::Path& path) {
  WATTLENS_TRY(base::MappedFile mapped, base::MappedFile::open(path));
  Safetensors read;
  read.file = std::make_shared<const base::MappedFile>(std::move(mapped));
  WATTLENS_TRY(read.tensors, parse_safetensors(read.file->bytes(), path.string()));
  return read;
}

Result<void> write_safetensors(const base::Path& path, std::span<const NamedTensor> tensors) {
  base::Json header = {{"__metadata__", {{"format", "pt"}}}};
  std::uint64_t offset = 0;
  for (const NamedTensor& tensor : tensors) {
    const std::uint64_t end = offset + tensor.values.size_bytes();
    header[std::string(tensor.name)] = {
        {"dtype", "F32"}, {"shape", Shape(tensor.shape.begin(), tensor.shape.end())}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = base::to_text(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data begin at a multiple of 8
  const std::uint64_t length = text.size();
  WATTLENS_TRY(base::OutputFile file, base::OutputFile::create(path));
  WATTLENS_CHECK(file.write({reinterpret_cast<const char*>(&length), sizeof length}));
  WATTLENS_CHECK(file.write(text));
  for (const NamedTensor& tensor : tensors) {
    WATTLENS_CHECK(file.write({reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size_bytes()}));
  }
  return file.commit();
}

}  // namespace wattlens::network
