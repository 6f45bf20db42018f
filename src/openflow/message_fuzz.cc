// A peer that says anything: the session reads it or ends the conversation, and whatever it decodes prints
// and encodes.
#include <span>

#include "openflow/action_codec.h"
#include "openflow/session.h"

using namespace weft::openflow;

namespace {

void greet(Session& session) {
  Bytes hello, features;
  encode_hello(hello, 1);
  encode_empty(features, MessageType::kFeaturesReply, 2);
  features.resize(32);
  features[3] = 32;
  (void)session.receive(hello);
  (void)session.receive(features);
}

void use(const std::vector<FlowStats>& flows) {
  for (const FlowStats& stats : flows) {
    (void)to_text(stats.flow, true);
    Bytes encoded;
    encode_flow_mod(encoded, 1, {FlowMod::Command::kAdd, stats.flow});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Session session(
      {.ready = [](std::uint64_t) {}, .packet_in = [](PacketIn p) { (void)to_text(p.metadata); }});
  greet(session);
  // Requests of every kind wait, with xids 4 to 14, so that answers in the input find them.
  session.dump_flows(0xff, 0, 0, [](weft::Result<std::vector<FlowStats>> r) {
    if (r) use(*r);
  });
  session.apply({FlowMod{}}, [](weft::Result<void>) {});
  session.barrier([](weft::Result<void>) {});
  session.set_meters({{1, 100, 10}}, [](weft::Result<void>) {});
  session.meter_stats([](weft::Result<std::vector<MeterStats>>) {});
  session.meters([](weft::Result<std::vector<Meter>>) {});
  (void)session.receive(ByteView(data, size));
  session.fail({});
  (void)decode_meter_stats_reply(ByteView(data, size));
  (void)decode_meter_config_reply(ByteView(data, size));
  if (auto part = decode_flow_stats_reply(ByteView(data, size))) use(part->flows);
  if (auto actions = decode_actions(ByteView(data, size))) {
    (void)to_text(*actions);
    Bytes encoded;
    Writer out(encoded);
    encode_actions(out, *actions);
    // What has a form here has one wire form: it reads back as the same.
    if (decode_actions(encoded).value() != *actions) std::abort();
  }
  return 0;
}
