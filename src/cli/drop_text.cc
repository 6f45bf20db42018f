#include "cli/drop_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <ctime>

namespace weft::cli {
namespace {

namespace json = boost::json;
constexpr std::int64_t kMicroseconds = 1'000'000;

std::string clock_time(std::int64_t time) {
  return fmt::format("{:%H:%M:%S}.{:03}", fmt::localtime(static_cast<std::time_t>(time / kMicroseconds)),
                     time % kMicroseconds / 1000);
}

std::string iso_time(std::int64_t time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                     fmt::gmtime(static_cast<std::time_t>(time / kMicroseconds)), time % kMicroseconds);
}

template <typename T>
json::value object_json(const std::optional<Uuid>& id, const model::Intent& intent) {
  if (!id) return nullptr;
  auto object = intent.find<T>(*id);
  return json::object{{"id", id->to_string()}, {"name", object ? object->name : std::string()}};
}

std::string_view direction_of(const DropSample& sample) {
  switch (sample.reason->side) {
    case fabric::DropSide::kSender:
      return "egress";
    case fabric::DropSide::kReceiver:
      return "ingress";
    case fabric::DropSide::kNeither:
      break;
  }
  return "";
}

}  // namespace

std::string drop_line(const DropSample& sample, const Theme& theme) {
  const auto direction = direction_of(sample);
  auto reason = std::string(sample.reason->name);
  if (!direction.empty()) reason += fmt::format(" ({})", direction);
  return fmt::format("{} {} {}: {}\n", painted(clock_time(sample.time), Tone::kFaint, theme),
                     printable(sample.node), painted(reason, Tone::kBad, theme),
                     net::to_text(sample.headers));
}

std::string explanation_text(const Explanation& explanation, const Theme& theme) {
  auto text = fmt::format("  {}; {}\n", printable(explanation.object), printable(explanation.why));
  for (const auto& remedy : explanation.remedies) {
    text += "  " + painted(remedy.text, Tone::kFaint, theme);
    for (std::size_t i = 0; i < remedy.commands.size(); ++i)
      text += (i == 0 ? ": " : " or ") + painted(remedy.commands[i], Tone::kGood, theme);
    text += '\n';
  }
  return text;
}

json::object drop_json(const DropSample& sample, const Explanation& explanation,
                       const model::Intent& intent) {
  json::array remedies;
  for (const auto& remedy : explanation.remedies) {
    json::array commands(remedy.commands.begin(), remedy.commands.end());
    remedies.push_back(json::object{{"text", remedy.text}, {"commands", std::move(commands)}});
  }
  const auto direction = direction_of(sample);
  return {{"time", iso_time(sample.time)},
          {"node", sample.node},
          {"reason", sample.reason->name},
          {"direction", direction.empty() ? json::value(nullptr) : json::value(direction)},
          {"packet", net::to_text(sample.headers)},
          {"network", object_json<model::Network>(sample.network, intent)},
          {"sender", object_json<model::Port>(sample.sender, intent)},
          {"receiver", object_json<model::Port>(sample.receiver, intent)},
          {"interface", sample.interface},
          {"object", explanation.object},
          {"why", explanation.why},
          {"remedies", std::move(remedies)}};
}

}  // namespace weft::cli
