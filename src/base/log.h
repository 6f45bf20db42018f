#pragma once
// Structured logging: one line per event, `event.name key=value ...`, so that an operator can grep for an
// event or an id.

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace weft::log {

enum class Level { kDebug, kInfo, kWarn, kError };

/// One key=value of a log line. Values with spaces are quoted on output.
struct Field {
  std::string_view key;
  std::string value;

  Field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  template <typename T>
  requires std::is_arithmetic_v<T> Field(std::string_view k, T v) : key(k), value(fmt::format("{}", v)) {}
};

/// Sets the program's name and the least level that is written. Lines go to standard error.
void init(std::string_view program, Level least);
/// "debug", "info", "warn" or "error" (anything else: info).
Level parse_level(std::string_view text);

void write(Level level, std::string_view event, std::initializer_list<Field> fields);
inline void debug(std::string_view event, std::initializer_list<Field> f = {}) {
  write(Level::kDebug, event, f);
}
inline void info(std::string_view event, std::initializer_list<Field> f = {}) {
  write(Level::kInfo, event, f);
}
inline void warn(std::string_view event, std::initializer_list<Field> f = {}) {
  write(Level::kWarn, event, f);
}
inline void error(std::string_view event, std::initializer_list<Field> f = {}) {
  write(Level::kError, event, f);
}

}  // namespace weft::log
