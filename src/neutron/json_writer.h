#pragma once
// Writes JSON text straight into a string: lists of thousands of ports are made without building a tree
// first.

#include <charconv>
#include <string>
#include <string_view>

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
    text_ += ": ";
    fresh_ = true;
    return *this;
  }
  /// Any text.
  JsonWriter& string(std::string_view value) {
    separate();
    append_quoted(value);
    return *this;
  }
  /// Text that is known to need no escapes: ids, addresses, times, words of the API.
  JsonWriter& plain(std::string_view value) {
    separate();
    text_ += '"';
    text_ += value;
    text_ += '"';
    return *this;
  }
  JsonWriter& number(std::int64_t value) {
    separate();
    char digits[24];
    auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    text_.append(digits, end);
    return *this;
  }
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  /// Text that is JSON already.
  JsonWriter& raw(std::string_view json) {
    separate();
    text_ += json;
    return *this;
  }

  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }
  void reserve(std::size_t bytes) { text_.reserve(bytes); }
  /// Starts over, keeping the memory.
  void clear() {
    text_.clear();
    fresh_ = true;
  }

 private:
  JsonWriter& open(char bracket) {
    separate();
    text_ += bracket;
    fresh_ = true;
    return *this;
  }
  JsonWriter& close(char bracket) {
    text_ += bracket;
    fresh_ = false;
    return *this;
  }
  void separate() {
    if (!fresh_) text_ += ", ";
    fresh_ = false;
  }
  void append_quoted(std::string_view value);

  std::string text_;
  bool fresh_ = true;  ///< nothing stands before the next value in its container
};

}  // namespace weft::neutron
