#include "fabric/meters.h"

#include "fabric/packet_in.h"

namespace weft::fabric {
namespace {

constexpr std::uint32_t kOfports = 0x10000;

/// Is it first(ofport) of some port?
bool is_of(std::uint32_t id, std::uint32_t (*first)(std::uint32_t)) {
  return id >= first(0) && id - first(0) < kOfports;
}

}  // namespace

openflow::Meter meter_of(std::uint32_t id) {
  // What came at once is let through for two seconds' worth: a client repeats itself less often.
  if (is_of(id, request_meter)) return {id, kRequestsPerSecond, 2 * kRequestsPerSecond};
  if (is_of(id, too_big_meter)) return {id, kTooBigAnswersPerSecond, 2 * kTooBigAnswersPerSecond};
  return {id, kDropSamplesPerSecond, kDropSamplesPerSecond};
}

bool is_meter_of_flows(std::uint32_t id) {
  return id == kDropMeter || is_of(id, request_meter) || is_of(id, too_big_meter);
}

std::optional<std::uint32_t> meter_named_by(const std::vector<openflow::Action>& actions) {
  for (const auto& action : actions) {
    const auto* up = std::get_if<openflow::Controller>(&action);
    if (up && up->meter_id != 0) return up->meter_id;
  }
  return std::nullopt;
}

std::optional<MeteredDrop> drops_of(const openflow::MeterStats& stats) {
  if (is_of(stats.id, request_meter))
    return MeteredDrop{stats.id - request_meter(0), Drop::kTooManyRequests, stats.dropped};
  if (is_of(stats.id, too_big_meter))
    return MeteredDrop{stats.id - too_big_meter(0), Drop::kTooBig, stats.packets};
  return std::nullopt;
}

}  // namespace weft::fabric
