#pragma once
// Network-order reading and writing, bounds-checked: what the codecs are made of.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "openflow/field.h"

namespace weft::openflow {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// Appends to a buffer that it does not own.
class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}

  std::size_t position() const { return out_.size(); }
  void u8(std::uint8_t v) { out_.push_back(v); }
  void u16(std::uint16_t v) { number(v, 2); }
  void u32(std::uint32_t v) { number(v, 4); }
  void u64(std::uint64_t v) { number(v, 8); }
  /// The low `size` bytes of `v`, at most 16.
  void bits(const Bits& v, int size) {
    if (size > 8) number(v.hi, size - 8);
    number(v.lo, size > 8 ? 8 : size);
  }
  void bytes(ByteView v) { out_.insert(out_.end(), v.begin(), v.end()); }
  void zeros(std::size_t n) { out_.resize(out_.size() + n); }
  /// Pads with zeros so that what began at `start` is a multiple of eight bytes.
  void pad8(std::size_t start) { zeros((8 - (position() - start) % 8) % 8); }
  /// Overwrites two bytes at `at` with the number of bytes since `start`: for lengths known at the end only.
  void patch_length(std::size_t at, std::size_t start) {
    std::size_t length = position() - start;
    out_[at] = static_cast<std::uint8_t>(length >> 8);
    out_[at + 1] = static_cast<std::uint8_t>(length);
  }

 private:
  void number(std::uint64_t v, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
      out_.push_back(static_cast<std::uint8_t>(v >> shift));
  }
  Bytes& out_;
};

/// Reads a view front to back. Reading past the end gives zeros and makes it fail for good.
class Reader {
 public:
  explicit Reader(ByteView data) : data_(data) {}

  bool ok() const { return ok_; }
  std::size_t remaining() const { return data_.size(); }
  bool at_end() const { return data_.empty(); }
  ByteView rest() const { return data_; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  Bits bits(int size) {
    Bits v;
    if (size > 8) v.hi = number(static_cast<std::size_t>(size - 8));
    v.lo = number(static_cast<std::size_t>(size > 8 ? 8 : size));
    return v;
  }
  ByteView bytes(std::size_t n) {
    if (n > data_.size()) {
      ok_ = false;
      data_ = {};
      return {};
    }
    ByteView out = data_.first(n);
    data_ = data_.subspan(n);
    return out;
  }
  void skip(std::size_t n) { bytes(n); }

 private:
  std::uint64_t number(std::size_t n) {
    std::uint64_t v = 0;
    for (std::uint8_t b : bytes(n)) v = v << 8 | b;
    return v;
  }
  ByteView data_;
  bool ok_ = true;
};

constexpr std::size_t padded8(std::size_t n) {
  return (n + 7) / 8 * 8;
}

}  // namespace weft::openflow
