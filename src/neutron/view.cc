#include "neutron/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace weft::neutron {

std::string format_time(std::int64_t microseconds) {
  using namespace std::chrono;
  sys_time<seconds> time(duration_cast<seconds>(std::chrono::microseconds(microseconds)));
  auto day = floor<days>(time);
  year_month_day date(day);
  hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

void write_ids(JsonWriter& json, std::vector<Uuid> ids) {
  std::sort(ids.begin(), ids.end());
  json.begin_array();
  for (const auto& id : ids) json.string(id.to_string());
  json.end_array();
}

void write_strings(JsonWriter& json, const std::vector<std::string>& strings) {
  json.begin_array();
  for (const auto& text : strings) json.string(text);
  json.end_array();
}

}  // namespace weft::neutron
