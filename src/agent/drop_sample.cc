#include "agent/drop_sample.h"

#include <algorithm>

#include "fabric/identity.h"
#include "fabric/packet_in.h"
#include "fabric/registers.h"

namespace weft::agent {
namespace {

namespace json = boost::json;
using openflow::Field;

// ct_state (ovs-fields(7)).
constexpr std::uint64_t kRelated = 0x04, kReply = 0x08;
constexpr std::size_t kEthernetAddresses = 12;

std::uint64_t metadata_of(const openflow::PacketIn& packet, Field field) {
  const auto* entry = packet.metadata.find(field);
  return entry ? entry->value.lo : 0;
}

std::uint64_t register_of(const openflow::PacketIn& packet, const fabric::RegisterField& field) {
  return metadata_of(packet, field.field()) >> field.low & openflow::Bits::ones(field.count).lo;
}

template <typename Named>
const typename Named::mapped_type* with_ofport(const Named& named, std::uint64_t ofport) {
  auto found = std::ranges::find_if(named, [ofport](const auto& entry) {
    return ofport != 0 && entry.second.ofport == static_cast<std::int64_t>(ofport);
  });
  return found == named.end() ? nullptr : &found->second;
}

model::Ref<model::Network> network_of(std::uint64_t key, const model::Intent& intent) {
  for (auto encapsulation : {model::Encapsulation::kVxlan, model::Encapsulation::kGeneve}) {
    if (fabric::encapsulation_bits(encapsulation) == key >> fabric::kVniBits)
      return intent.network_by_vni(encapsulation, static_cast<std::int64_t>(key & model::kMaxVni));
  }
  return nullptr;
}

MacAddress mac_at(const std::vector<std::uint8_t>& frame, std::size_t at) {
  MacAddress mac;
  std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(at), mac.bytes.size(), mac.bytes.begin());
  return mac;
}

std::optional<Uuid> port_with(const MacAddress& mac, const DropSample& sample, const model::Intent& intent) {
  auto port = sample.network ? intent.port_by_mac(*sample.network, mac) : nullptr;
  return port ? std::optional(port->id) : std::nullopt;
}

/// A local interface tells a port better than a MAC, which may be spoofed.
void find_ends(const openflow::PacketIn& packet, const SampleContext& context, DropSample& sample) {
  if (const auto* from = with_ofport(context.claims, metadata_of(packet, Field::kInPort))) {
    sample.sender = from->port;
    sample.failure = from->failure;
  }
  if (const auto* to = with_ofport(context.claims, register_of(packet, fabric::kOutPort)))
    sample.receiver = to->port;
  if (sample.frame.size() < kEthernetAddresses) return;
  if (!sample.sender) sample.sender = port_with(mac_at(sample.frame, 6), sample, context.intent);
  if (!sample.receiver) sample.receiver = port_with(mac_at(sample.frame, 0), sample, context.intent);
}

std::string to_hex(const std::vector<std::uint8_t>& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (auto byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

json::value id_json(const std::optional<Uuid>& id) {
  return id ? json::value(id->to_string()) : json::value(nullptr);
}

}  // namespace

bool is_drop_sample(const openflow::PacketIn& packet) {
  return !packet.userdata.empty() &&
         packet.userdata.front() == static_cast<std::uint8_t>(fabric::PacketInKind::kDrop);
}

std::optional<DropSample> read_drop_sample(const openflow::PacketIn& packet, const SampleContext& context,
                                           std::int64_t now) {
  const auto* reason = fabric::drop_info(register_of(packet, fabric::kDropReason));
  return reason ? std::optional(describe_drop(packet, *reason, context, now)) : std::nullopt;
}

DropSample describe_drop(const openflow::PacketIn& packet, const fabric::DropInfo& reason,
                         const SampleContext& context, std::int64_t now) {
  DropSample sample{.time = now, .reason = &reason};
  if (auto network = network_of(register_of(packet, fabric::kNetworkField), context.intent))
    sample.network = network->id;
  if (const auto* from = with_ofport(context.interfaces, metadata_of(packet, Field::kInPort)))
    sample.interface = from->name;
  const auto state = metadata_of(packet, Field::kCtState);
  sample.reply = (state & kReply) != 0;
  sample.related = (state & kRelated) != 0;
  sample.frame = packet.frame;
  if (sample.frame.size() > fabric::kDropSampleBytes) sample.frame.resize(fabric::kDropSampleBytes);
  sample.length = packet.full_length;
  find_ends(packet, context, sample);
  return sample;
}

bool concerns(const DropSample& sample, const Uuid& port) {
  return sample.sender == port || sample.receiver == port;
}

json::object to_json(const DropSample& sample, const std::string& node) {
  return {{"time", sample.time},
          {"node", node},
          {"reason", sample.reason->name},
          {"direction", direction_json(sample.reason->side)},
          {"network", id_json(sample.network)},
          {"sender", id_json(sample.sender)},
          {"receiver", id_json(sample.receiver)},
          {"interface", sample.interface},
          {"failure", sample.failure},
          {"reply", sample.reply},
          {"related", sample.related},
          {"length", sample.length},
          {"frame", to_hex(sample.frame)}};
}

json::value direction_json(fabric::DropSide side) {
  if (side == fabric::DropSide::kNeither) return nullptr;
  return side == fabric::DropSide::kSender ? "egress" : "ingress";
}

}  // namespace weft::agent
