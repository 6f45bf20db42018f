#include "neutron/view.h"

#include <algorithm>
#include <chrono>

namespace weft::neutron {

namespace {

void put_digits(char* at, unsigned number, int count) {
  for (int i = count - 1; i >= 0; --i, number /= 10) at[i] = static_cast<char>('0' + number % 10);
}

}  // namespace

// By hand: a list of ports has two of these per port.
std::string format_time(std::int64_t microseconds) {
  using namespace std::chrono;
  sys_time<seconds> time(duration_cast<seconds>(std::chrono::microseconds(microseconds)));
  auto day = floor<days>(time);
  year_month_day date(day);
  auto second_of_day = static_cast<unsigned>((time - day).count());
  std::string text = "0000-00-00T00:00:00Z";
  put_digits(&text[0], static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put_digits(&text[5], static_cast<unsigned>(date.month()), 2);
  put_digits(&text[8], static_cast<unsigned>(date.day()), 2);
  put_digits(&text[11], second_of_day / 3600, 2);
  put_digits(&text[14], second_of_day / 60 % 60, 2);
  put_digits(&text[17], second_of_day % 60, 2);
  return text;
}

void write_ids(JsonWriter& json, std::vector<Uuid> ids) {
  std::sort(ids.begin(), ids.end());
  json.begin_array();
  for (const auto& id : ids) json.id(id);
  json.end_array();
}

void write_strings(JsonWriter& json, const std::vector<std::string>& strings) {
  json.begin_array();
  for (const auto& text : strings) json.string(text);
  json.end_array();
}

}  // namespace weft::neutron
