#include "openflow/action_codec.h"
#include "openflow/action_numbers.h"
#include "openflow/match_codec.h"
#include "openflow/message_codec.h"
#include "openflow/message_numbers.h"

namespace weft::openflow {
namespace {

/// OFPC_FRAG_NX_MATCH: first fragments match with the ports and types that they show. The default reads zeros
/// there.
constexpr std::uint16_t kFragmentsWithPorts = 3;

/// Writes a message's header now and its length when it goes out of scope.
class Message {
 public:
  Message(Bytes& bytes, MessageType type, std::uint32_t xid) : out_(bytes), start_(bytes.size()) {
    out_.u8(kVersion);
    out_.u8(static_cast<std::uint8_t>(type));
    out_.u16(0);
    out_.u32(xid);
  }
  ~Message() { out_.patch_length(start_ + 2, start_); }
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  Writer& out() { return out_; }

 private:
  Writer out_;
  std::size_t start_;
};

std::uint8_t command_number(FlowMod::Command command) {
  switch (command) {
    case FlowMod::Command::kAdd:
      return 0;
    case FlowMod::Command::kModifyStrict:
      return 2;
    case FlowMod::Command::kDelete:
      return 3;
    case FlowMod::Command::kDeleteStrict:
      return 4;
  }
  return 0;
}

bool deletes(FlowMod::Command command) {
  return command == FlowMod::Command::kDelete || command == FlowMod::Command::kDeleteStrict;
}

void encode_meter_mod(Bytes& out, std::uint32_t xid, MeterCommand command, const Meter& meter) {
  Message message(out, MessageType::kMeterMod, xid);
  Writer& w = message.out();
  w.u16(static_cast<std::uint16_t>(command));
  w.u16(kMeterPacketsPerSecond | kMeterBurst);
  w.u32(meter.id);
  std::size_t band = w.position();
  w.u16(kMeterBandDrop);
  w.u16(0);
  w.u32(meter.packets_per_second);
  w.u32(meter.burst);
  w.zeros(4);
  w.patch_length(band + 2, band);
}

/// Asks about all meters.
void encode_meter_request(Bytes& out, std::uint32_t xid, std::uint16_t type) {
  Message message(out, MessageType::kMultipartRequest, xid);
  Writer& w = message.out();
  w.u16(type);
  w.u16(0);
  w.zeros(4);
  w.u32(kAny);
  w.zeros(4);
}

void nicira_header(Writer& out, NxMessage subtype) {
  out.u32(kNicira);
  out.u32(static_cast<std::uint32_t>(subtype));
}

}  // namespace

void encode_empty(Bytes& out, MessageType type, std::uint32_t xid) {
  Message message(out, type, xid);
}

void encode_hello(Bytes& out, std::uint32_t xid) {
  Message message(out, MessageType::kHello, xid);
  message.out().u16(kHelloVersionBitmap);
  message.out().u16(8);
  message.out().u32(1u << kVersion);
}

void encode_echo_reply(Bytes& out, std::uint32_t xid, ByteView payload) {
  Message message(out, MessageType::kEchoReply, xid);
  message.out().bytes(payload);
}

void encode_packet_in_settings(Bytes& out, std::uint32_t xid) {
  {
    Message message(out, MessageType::kSetConfig, xid);
    message.out().u16(kFragmentsWithPorts);
    message.out().u16(0xffff);  // whole packets
  }
  Message message(out, MessageType::kExperimenter, xid);
  nicira_header(message.out(), NxMessage::kSetPacketInFormat);
  message.out().u32(kPacketIn2Format);
}

void encode_flow_mod(Bytes& out, std::uint32_t xid, const FlowMod& change) {
  Message message(out, MessageType::kFlowMod, xid);
  Writer& w = message.out();
  const Flow& flow = change.flow;
  w.u64(flow.cookie);
  // Only an addition stores the cookie; a mask of zero keeps the strict ones from looking at it.
  w.u64(change.command == FlowMod::Command::kDelete ? change.cookie_mask : 0);
  w.u8(flow.key.table);
  w.u8(command_number(change.command));
  w.u16(0);  // no idle timeout
  w.u16(0);  // no hard timeout
  w.u16(flow.key.priority);
  w.u32(kNoBuffer);
  w.u32(kAny);  // out_port
  w.u32(kAny);  // out_group
  w.u16(0);     // flags
  w.u16(0);     // importance
  encode_match(w, flow.key.match);
  if (deletes(change.command) || flow.actions.empty()) return;
  std::size_t instruction = w.position();
  w.u16(kApplyActions);
  w.u16(0);
  w.zeros(4);
  encode_actions(w, flow.actions);
  w.patch_length(instruction + 2, instruction);
}

void encode_bundle_control(Bytes& out, std::uint32_t xid, std::uint32_t bundle, BundleControl type) {
  Message message(out, MessageType::kBundleControl, xid);
  message.out().u32(bundle);
  message.out().u16(static_cast<std::uint16_t>(type));
  message.out().u16(kAtomicAndOrdered);
}

void encode_bundle_add(Bytes& out, std::uint32_t xid, std::uint32_t bundle, const FlowMod& change) {
  Message message(out, MessageType::kBundleAdd, xid);
  message.out().u32(bundle);
  message.out().u16(0);
  message.out().u16(kAtomicAndOrdered);
  encode_flow_mod(out, xid, change);
}

void encode_flow_stats_request(Bytes& out, std::uint32_t xid, std::uint8_t table, std::uint64_t cookie,
                               std::uint64_t cookie_mask) {
  Message message(out, MessageType::kMultipartRequest, xid);
  Writer& w = message.out();
  w.u16(kMultipartFlow);
  w.u16(0);
  w.zeros(4);
  w.u8(table);
  w.zeros(3);
  w.u32(kAny);
  w.u32(kAny);
  w.zeros(4);
  w.u64(cookie);
  w.u64(cookie_mask);
  encode_match(w, Match());
}

void encode_packet_out(Bytes& out, std::uint32_t xid, ByteView frame, std::uint32_t in_port,
                       const std::vector<Action>& actions) {
  Message message(out, MessageType::kPacketOut, xid);
  Writer& w = message.out();
  w.u32(kNoBuffer);
  w.u32(in_port);
  std::size_t length_at = w.position();
  w.u16(0);
  w.zeros(6);
  std::size_t start = w.position();
  encode_actions(w, actions);
  w.patch_length(length_at, start);
  w.bytes(frame);
}

void encode_add_meter(Bytes& out, std::uint32_t xid, const Meter& meter) {
  encode_meter_mod(out, xid, MeterCommand::kAdd, meter);
}

void encode_modify_meter(Bytes& out, std::uint32_t xid, const Meter& meter) {
  encode_meter_mod(out, xid, MeterCommand::kModify, meter);
}

void encode_delete_meter(Bytes& out, std::uint32_t xid, std::uint32_t id) {
  Message message(out, MessageType::kMeterMod, xid);
  Writer& w = message.out();
  w.u16(static_cast<std::uint16_t>(MeterCommand::kDelete));
  w.u16(kMeterPacketsPerSecond);
  w.u32(id);
}

void encode_meter_stats_request(Bytes& out, std::uint32_t xid) {
  encode_meter_request(out, xid, kMultipartMeter);
}

void encode_meter_config_request(Bytes& out, std::uint32_t xid) {
  encode_meter_request(out, xid, kMultipartMeterConfig);
}

void encode_flush_zone(Bytes& out, std::uint32_t xid, std::uint16_t zone) {
  Message message(out, MessageType::kExperimenter, xid);
  nicira_header(message.out(), NxMessage::kFlushZone);
  message.out().zeros(6);
  message.out().u16(zone);
}

}  // namespace weft::openflow
