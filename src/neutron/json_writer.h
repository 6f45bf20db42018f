#pragma once
// Writes JSON text straight into a string: lists of thousands of ports are made without building a tree
// first.

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "base/uuid.h"

namespace weft::neutron {

class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  /// The name of the next value: a word of the API, which needs no escapes.
  JsonWriter& key(std::string_view name) {
    plain(name);
    put(": ");
    fresh_ = true;
    return *this;
  }
  /// Any text.
  JsonWriter& string(std::string_view value);
  /// Text that is known to need no escapes: addresses, times, words of the API.
  JsonWriter& plain(std::string_view value) {
    separate();
    char* at = room(value.size() + 2);
    *at = '"';
    std::memcpy(at + 1, value.data(), value.size());
    at[value.size() + 1] = '"';
    size_ += value.size() + 2;
    return *this;
  }
  JsonWriter& id(const Uuid& id) {
    separate();
    char* at = room(38);
    *at = at[37] = '"';
    id.write_to(at + 1);
    size_ += 38;
    return *this;
  }
  JsonWriter& number(std::int64_t value) {
    separate();
    char* at = room(24);
    size_ += static_cast<std::size_t>(std::to_chars(at, at + 24, value).ptr - at);
    return *this;
  }
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  /// Text that is JSON already.
  JsonWriter& raw(std::string_view json) {
    separate();
    put(json);
    return *this;
  }

  std::string_view text() const { return {text_.data(), size_}; }
  std::string take() {
    text_.resize(std::exchange(size_, 0));
    return std::move(text_);
  }
  void reserve(std::size_t bytes) { room(bytes); }
  /// Starts over, keeping the memory.
  void clear() {
    size_ = 0;
    fresh_ = true;
  }

 private:
  JsonWriter& open(char bracket) {
    separate();
    put({&bracket, 1});
    fresh_ = true;
    return *this;
  }
  JsonWriter& close(char bracket) {
    put({&bracket, 1});
    fresh_ = false;
    return *this;
  }
  void separate() {
    if (!fresh_) put(", ");
    fresh_ = false;
  }
  void put(std::string_view text) {
    std::memcpy(room(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  /// Where the next `bytes` characters go.
  char* room(std::size_t bytes) {
    if (text_.size() - size_ < bytes) text_.resize(std::max(size_ + bytes, 2 * text_.size()));
    return text_.data() + size_;
  }

  // Longer than what is written, so that writing is a copy and no call: a list of ports has some hundred
  // thousand pieces.
  std::string text_;
  std::size_t size_ = 0;
  bool fresh_ = true;  ///< nothing stands before the next value in its container
};

}  // namespace weft::neutron
