#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "openflow/action_codec.h"
#include "openflow/action_numbers.h"
#include "openflow/match_codec.h"
#include "openflow/message_codec.h"
#include "openflow/message_numbers.h"

namespace weft::openflow {
namespace {

constexpr std::array<std::string_view, 18> kErrorTypes{"OFPET_HELLO_FAILED",
                                                       "OFPET_BAD_REQUEST",
                                                       "OFPET_BAD_ACTION",
                                                       "OFPET_BAD_INSTRUCTION",
                                                       "OFPET_BAD_MATCH",
                                                       "OFPET_FLOW_MOD_FAILED",
                                                       "OFPET_GROUP_MOD_FAILED",
                                                       "OFPET_PORT_MOD_FAILED",
                                                       "OFPET_TABLE_MOD_FAILED",
                                                       "OFPET_QUEUE_OP_FAILED",
                                                       "OFPET_SWITCH_CONFIG_FAILED",
                                                       "OFPET_ROLE_REQUEST_FAILED",
                                                       "OFPET_METER_MOD_FAILED",
                                                       "OFPET_TABLE_FEATURES_FAILED",
                                                       "OFPET_BAD_PROPERTY",
                                                       "OFPET_ASYNC_CONFIG_FAILED",
                                                       "OFPET_FLOW_MONITOR_FAILED",
                                                       "OFPET_BUNDLE_FAILED"};

/// The actions of a flow's instructions; other instructions than apply_actions are kept as Opaque.
Result<std::vector<Action>> decode_instructions(ByteView bytes) {
  std::vector<Action> actions;
  Reader in(bytes);
  while (!in.at_end()) {
    Reader header(in.rest());
    std::uint16_t type = header.u16();
    std::size_t length = header.u16();
    if (!header.ok() || length < 8 || length > in.remaining()) {
      return fail(Errc::kProtocol, "instruction of a wrong length");
    }
    ByteView raw = in.bytes(length);
    if (type != kApplyActions) {
      actions.push_back(Opaque{{raw.begin(), raw.end()}});
      continue;
    }
    WEFT_TRY(auto applied, decode_actions(raw.subspan(8)));
    std::move(applied.begin(), applied.end(), std::back_inserter(actions));
  }
  return actions;
}

Result<FlowStats> decode_flow(ByteView bytes) {
  Reader in(bytes);
  in.skip(2);  // length
  FlowStats out;
  out.flow.key.table = in.u8();
  in.skip(9);  // padding, duration
  out.flow.key.priority = in.u16();
  in.skip(10);  // timeouts, flags, importance, padding
  out.flow.cookie = in.u64();
  out.packets = in.u64();
  out.bytes = in.u64();
  WEFT_TRY(out.flow.key.match, decode_match(in));
  WEFT_TRY(out.flow.actions, decode_instructions(in.rest()));
  return out;
}

/// Meter, length, six bytes of padding, flows, packets, bytes, duration; then packets and bytes of each band.
Result<MeterStats> decode_meter(Reader& in) {
  constexpr std::size_t kFixedPart = 40;
  MeterStats out{.id = in.u32()};
  std::size_t length = in.u16();
  if (length < kFixedPart) return fail(Errc::kProtocol, "meter statistics of a wrong length");
  in.skip(10);
  out.packets = in.u64();
  in.skip(16);
  Reader bands(in.bytes(length - kFixedPart));
  if (!in.ok()) return fail(Errc::kProtocol, "truncated meter statistics");
  while (bands.remaining() >= 16) {
    out.dropped += bands.u64();
    bands.skip(8);
  }
  return out;
}

/// Length, flags, meter; then bands, each with its type, length, rate, burst and padding.
Result<Meter> decode_meter_config(Reader& in) {
  constexpr std::size_t kFixedPart = 8, kBand = 16;
  const std::size_t length = in.u16();
  const bool limits_packets = in.u16() == (kMeterPacketsPerSecond | kMeterBurst);
  Meter out{.id = in.u32()};
  if (length < kFixedPart) return fail(Errc::kProtocol, "meter configuration of a wrong length");
  Reader band(in.bytes(length - kFixedPart));
  if (!in.ok()) return fail(Errc::kProtocol, "truncated meter configuration");
  if (!limits_packets || band.remaining() != kBand || band.u16() != kMeterBandDrop) return out;
  band.skip(2);
  out.packets_per_second = band.u32();
  out.burst = band.u32();
  return out;
}

void read_property(PacketIn& packet, PacketInProperty type, ByteView payload, Result<Match>& metadata) {
  Reader value(payload);
  switch (type) {
    case PacketInProperty::kPacket:
      packet.frame.assign(payload.begin(), payload.end());
      break;
    case PacketInProperty::kFullLength:
      packet.full_length = value.u32();
      break;
    case PacketInProperty::kTable:
      packet.table = value.u8();
      break;
    case PacketInProperty::kCookie:
      value.skip(4);  // aligned to eight bytes
      packet.cookie = value.u64();
      break;
    case PacketInProperty::kMetadata:
      metadata = decode_known_fields(payload);
      break;
    case PacketInProperty::kUserdata:
      packet.userdata.assign(payload.begin(), payload.end());
      break;
  }
}

Result<PacketIn> decode_packet_in2(Reader in) {
  PacketIn packet;
  Result<Match> metadata;
  while (!in.at_end()) {
    auto type = static_cast<PacketInProperty>(in.u16());
    std::size_t length = in.u16();
    if (!in.ok() || length < 4) return fail(Errc::kProtocol, "packet-in property of a wrong length");
    ByteView payload = in.bytes(length - 4);
    in.skip(std::min(padded8(length) - length, in.remaining()));
    if (!in.ok()) return fail(Errc::kProtocol, "truncated packet-in");
    read_property(packet, type, payload, metadata);
  }
  WEFT_TRY(packet.metadata, std::move(metadata));
  // The switch gives the full length of what it has cut, but not of what is whole.
  packet.full_length = std::max(packet.full_length, static_cast<std::uint32_t>(packet.frame.size()));
  return packet;
}

}  // namespace

Result<std::optional<Header>> peek_header(ByteView bytes) {
  if (bytes.size() < kHeaderSize) return std::optional<Header>();
  Reader in(bytes);
  Header header{.version = in.u8()};
  header.type = static_cast<MessageType>(in.u8());
  header.length = in.u16();
  header.xid = in.u32();
  if (header.length < kHeaderSize) return fail(Errc::kProtocol, "message shorter than its header");
  return std::optional<Header>(header);
}

bool hello_allows_version(std::uint8_t header_version, ByteView body) {
  Reader in(body);
  while (in.ok() && in.remaining() >= 4) {
    std::uint16_t type = in.u16();
    std::size_t length = in.u16();
    if (length < 4) return false;
    Reader element(in.bytes(length - 4));
    in.skip(std::min(padded8(length) - length, in.remaining()));
    if (type == kHelloVersionBitmap) return (element.u32() >> kVersion & 1) != 0;
  }
  return header_version >= kVersion;
}

Result<std::uint64_t> decode_features_reply(ByteView body) {
  Reader in(body);
  std::uint64_t datapath_id = in.u64();
  if (!in.ok()) return fail(Errc::kProtocol, "truncated features reply");
  return datapath_id;
}

std::string error_text(ByteView body) {
  Reader in(body);
  std::uint16_t type = in.u16();
  std::uint16_t code = in.u16();
  if (type == 0xffff) return fmt::format("vendor error {}", code);
  if (type < kErrorTypes.size()) return fmt::format("{} code {}", kErrorTypes[type], code);
  return fmt::format("error type {} code {}", type, code);
}

Result<FlowStatsPart> decode_flow_stats_reply(ByteView body) {
  Reader in(body);
  std::uint16_t type = in.u16();
  std::uint16_t flags = in.u16();
  in.skip(4);
  if (!in.ok()) return fail(Errc::kProtocol, "truncated multipart reply");
  if (type != kMultipartFlow) return fail(Errc::kNotFound, "not a flow statistics reply");
  FlowStatsPart part{.more = (flags & kMultipartMore) != 0};
  while (!in.at_end()) {
    Reader header(in.rest());
    std::size_t length = header.u16();
    ByteView raw = in.bytes(std::max<std::size_t>(length, 1));
    if (!in.ok()) return fail(Errc::kProtocol, "truncated flow statistics");
    auto flow = decode_flow(raw);
    if (flow) {
      part.flows.push_back(std::move(*flow));
    } else if (flow.error().code == Errc::kNotFound) {
      ++part.unreadable;
    } else {
      return fail(std::move(flow.error()));
    }
  }
  return part;
}

Result<MeterStatsPart> decode_meter_stats_reply(ByteView body) {
  Reader in(body);
  std::uint16_t type = in.u16();
  std::uint16_t flags = in.u16();
  in.skip(4);
  if (!in.ok()) return fail(Errc::kProtocol, "truncated multipart reply");
  if (type != kMultipartMeter) return fail(Errc::kNotFound, "not a meter statistics reply");
  MeterStatsPart part{.more = (flags & kMultipartMore) != 0};
  while (!in.at_end()) {
    WEFT_TRY(MeterStats meter, decode_meter(in));
    part.meters.push_back(meter);
  }
  return part;
}

Result<MeterConfigPart> decode_meter_config_reply(ByteView body) {
  Reader in(body);
  std::uint16_t type = in.u16();
  std::uint16_t flags = in.u16();
  in.skip(4);
  if (!in.ok()) return fail(Errc::kProtocol, "truncated multipart reply");
  if (type != kMultipartMeterConfig) return fail(Errc::kNotFound, "not a meter configuration reply");
  MeterConfigPart part{.more = (flags & kMultipartMore) != 0};
  while (!in.at_end()) {
    WEFT_TRY(Meter meter, decode_meter_config(in));
    part.meters.push_back(meter);
  }
  return part;
}

Result<std::optional<PacketIn>> decode_experimenter(ByteView body) {
  Reader in(body);
  std::uint32_t vendor = in.u32();
  std::uint32_t subtype = in.u32();
  if (!in.ok()) return fail(Errc::kProtocol, "truncated experimenter message");
  if (vendor != kNicira || subtype != static_cast<std::uint32_t>(NxMessage::kPacketIn2)) {
    return std::optional<PacketIn>();
  }
  WEFT_TRY(PacketIn packet, decode_packet_in2(in));
  return std::optional<PacketIn>(std::move(packet));
}

}  // namespace weft::openflow
