#pragma once
// Whole OpenFlow 1.4 messages: those that the controller sends, and those that it understands.

#include <optional>
#include <string>

#include "base/result.h"
#include "openflow/messages.h"
#include "openflow/wire.h"

namespace weft::openflow {

inline constexpr std::uint8_t kVersion = 0x05;  ///< OpenFlow 1.4: the first with bundles
inline constexpr std::size_t kHeaderSize = 8;

enum class MessageType : std::uint8_t {
  kHello = 0,
  kError = 1,
  kEchoRequest = 2,
  kEchoReply = 3,
  kExperimenter = 4,
  kFeaturesRequest = 5,
  kFeaturesReply = 6,
  kSetConfig = 9,
  kPacketOut = 13,
  kFlowMod = 14,
  kMultipartRequest = 18,
  kMultipartReply = 19,
  kBarrierRequest = 20,
  kBarrierReply = 21,
  kMeterMod = 29,
  kBundleControl = 33,
  kBundleAdd = 34,
};

struct Header {
  std::uint8_t version = 0;
  MessageType type = MessageType::kHello;
  std::uint16_t length = 0;
  std::uint32_t xid = 0;
};

/// The header at the front of `bytes`; nothing while fewer than eight bytes are there. Errors: kProtocol for
/// a length below the header's.
Result<std::optional<Header>> peek_header(ByteView bytes);

enum class BundleControl : std::uint16_t {
  kOpenRequest = 0,
  kOpenReply = 1,
  kCloseRequest = 2,
  kCloseReply = 3,
  kCommitRequest = 4,
  kCommitReply = 5,
  kDiscardRequest = 6,
  kDiscardReply = 7,
};

// Messages to the switch, each appended to `out` whole.
void encode_hello(Bytes& out, std::uint32_t xid);
void encode_empty(Bytes& out, MessageType type, std::uint32_t xid);
void encode_echo_reply(Bytes& out, std::uint32_t xid, ByteView payload);
/// Asks for whole packets, and for NXT_PACKET_IN2.
void encode_packet_in_settings(Bytes& out, std::uint32_t xid);
void encode_flow_mod(Bytes& out, std::uint32_t xid, const FlowMod& change);
void encode_bundle_control(Bytes& out, std::uint32_t xid, std::uint32_t bundle, BundleControl type);
/// `change` wrapped for a bundle.
void encode_bundle_add(Bytes& out, std::uint32_t xid, std::uint32_t bundle, const FlowMod& change);
void encode_flow_stats_request(Bytes& out, std::uint32_t xid, std::uint8_t table, std::uint64_t cookie,
                               std::uint64_t cookie_mask);
void encode_packet_out(Bytes& out, std::uint32_t xid, ByteView frame, std::uint32_t in_port,
                       const std::vector<Action>& actions);
/// The switch refuses to add a meter that exists, and to modify one that does not.
void encode_add_meter(Bytes& out, std::uint32_t xid, const Meter& meter);
void encode_modify_meter(Bytes& out, std::uint32_t xid, const Meter& meter);
void encode_delete_meter(Bytes& out, std::uint32_t xid, std::uint32_t id);
/// Of all meters.
void encode_meter_stats_request(Bytes& out, std::uint32_t xid);
void encode_meter_config_request(Bytes& out, std::uint32_t xid);
void encode_flush_zone(Bytes& out, std::uint32_t xid, std::uint16_t zone);

// Bodies of messages from the switch (what follows the header).

/// Whether a HELLO of that header version and body lets us speak kVersion.
bool hello_allows_version(std::uint8_t header_version, ByteView body);
Result<std::uint64_t> decode_features_reply(ByteView body);
/// "OFPET_BAD_MATCH code 9".
std::string error_text(ByteView body);

struct FlowStatsPart {
  std::vector<FlowStats> flows;
  bool more = false;
  std::size_t unreadable = 0;  ///< flows whose match has fields that are not in the table
};
/// Errors: kProtocol; kNotFound for another kind of multipart reply.
Result<FlowStatsPart> decode_flow_stats_reply(ByteView body);

struct MeterStatsPart {
  std::vector<MeterStats> meters;
  bool more = false;
};
/// Errors: kProtocol; kNotFound for another kind of multipart reply.
Result<MeterStatsPart> decode_meter_stats_reply(ByteView body);

struct MeterConfigPart {
  std::vector<Meter> meters;
  bool more = false;
};
/// A meter of another kind than encode_add_meter() makes has the rate 0. Errors: as above.
Result<MeterConfigPart> decode_meter_config_reply(ByteView body);
/// Nothing for any other experimenter message.
Result<std::optional<PacketIn>> decode_experimenter(ByteView body);

}  // namespace weft::openflow
