#include "openflow/action_codec.h"
#include "openflow/action_numbers.h"
#include "openflow/match_codec.h"

namespace weft::openflow {
namespace {

/// Writes an action's header now and its length and padding when it goes out of scope.
class Frame {
 public:
  Frame(Writer& out, Standard type) : Frame(out, static_cast<std::uint16_t>(type)) {}
  Frame(Writer& out, Nx subtype) : Frame(out, kExperimenterAction) {
    out.u32(kNicira);
    out.u16(static_cast<std::uint16_t>(subtype));
  }
  ~Frame() {
    out_.pad8(start_);
    out_.patch_length(start_ + 2, start_);
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

 private:
  Frame(Writer& out, std::uint16_t type) : out_(out), start_(out.position()) {
    out.u16(type);
    out.u16(0);
  }
  Writer& out_;
  std::size_t start_;
};

/// NXM's bit range: offset and size - 1 in one number.
std::uint16_t range(const SubField& s) {
  return static_cast<std::uint16_t>(s.low << 6 | (s.count - 1));
}

void encode(Writer& out, const Output& a) {
  Frame frame(out, Standard::kOutput);
  out.u32(a.port);
  out.u16(0xffff);
  out.zeros(6);
}

void encode(Writer& out, const OutputField& a) {
  Frame frame(out, Nx::kOutputReg);
  out.u16(range(a.source));
  out.u32(subfield_header(a.source));
  out.u16(0xffff);
  out.zeros(6);
}

/// in_port is loaded in its 16-bit form: set_field refuses it.
void load_in_port(Writer& out, const SetField& a) {
  Frame frame(out, Nx::kRegLoad);
  out.u16(range({Field::kInPort, 0, 16}));
  out.u32(kNxmInPort);
  out.u64(a.value.lo & 0xffff);
}

void encode(Writer& out, const SetField& a) {
  if (a.field == Field::kInPort) return load_in_port(out, a);
  Bits all = Bits::ones(info(a.field).width);
  if ((a.mask & all) == all) {
    Frame frame(out, Standard::kSetField);
    // Whole in the header too, whatever the wire width: the switch takes no mask here before OpenFlow 1.5.
    encode_field(out, a.field, a.value, Bits::ones(8 * info(a.field).wire_bytes()));
    return;
  }
  Frame frame(out, Nx::kRegLoad2);
  encode_field(out, a.field, a.value & a.mask, a.mask & all);
}

void encode(Writer& out, const Move& a) {
  Frame frame(out, Nx::kRegMove);
  out.u16(static_cast<std::uint16_t>(a.source.count));
  out.u16(static_cast<std::uint16_t>(a.source.low));
  out.u16(static_cast<std::uint16_t>(a.destination.low));
  out.u32(subfield_header(a.source));
  out.u32(subfield_header(a.destination));
}

void encode(Writer& out, const Resubmit& a) {
  Frame frame(out, Nx::kResubmitTable);
  out.u16(kResubmitInPort);
  out.u8(a.table);
}

void encode(Writer& out, const Conjunction& a) {
  Frame frame(out, Nx::kConjunction);
  out.u8(static_cast<std::uint8_t>(a.clause - 1));
  out.u8(a.clauses);
  out.u32(a.id);
}

template <typename WriteValue>
void property(Writer& out, ControllerProperty type, WriteValue write_value) {
  std::size_t start = out.position();
  out.u16(static_cast<std::uint16_t>(type));
  out.u16(0);
  write_value();
  out.patch_length(start + 2, start);
  out.pad8(start);
}

void encode(Writer& out, const Controller& a) {
  Frame frame(out, Nx::kController2);
  out.zeros(6);
  if (a.max_length != 0xffff) property(out, ControllerProperty::kMaxLength, [&] { out.u16(a.max_length); });
  if (!a.userdata.empty()) property(out, ControllerProperty::kUserdata, [&] { out.bytes(a.userdata); });
  if (a.pause) property(out, ControllerProperty::kPause, [] {});
  if (a.meter_id != 0) property(out, ControllerProperty::kMeter, [&] { out.u32(a.meter_id); });
}

void encode(Writer& out, const Group& a) {
  Frame frame(out, Standard::kGroup);
  out.u32(a.id);
}

void encode(Writer& out, const PopVlan&) {
  Frame frame(out, Standard::kPopVlan);
  out.zeros(4);
}

void encode(Writer& out, const PushVlan& a) {
  Frame frame(out, Standard::kPushVlan);
  out.u16(a.ethertype);
}

void encode(Writer& out, const DecTtl&) {
  Frame frame(out, Standard::kDecTtl);
  out.zeros(4);
}

void encode(Writer& out, const CheckPktLarger& a) {
  Frame frame(out, Nx::kCheckPktLarger);
  out.u16(a.size);
  out.u16(static_cast<std::uint16_t>(a.result.low));
  out.u32(subfield_header(a.result));
}

void encode(Writer& out, const CtClear&) {
  Frame frame(out, Nx::kCtClear);
}

void encode(Writer& out, const ConnTrack& a) {
  Frame frame(out, Nx::kConnTrack);
  out.u16(static_cast<std::uint16_t>((a.commit ? kCtCommit : 0) | (a.force ? kCtForce : 0)));
  out.u32(a.zone_from ? subfield_header(*a.zone_from) : 0);
  out.u16(a.zone_from ? range(*a.zone_from) : a.zone);
  out.u8(a.recirc_table.value_or(kCtNoRecirculation));
  out.zeros(3);
  out.u16(0);  // no application-layer gateway
  for (const SetField& set : a.exec) encode(out, set);
}

void learn_field(Writer& out, const SubField& field) {
  out.u32(subfield_header(field));
  out.u16(static_cast<std::uint16_t>(field.low));
}

void learn_header(Writer& out, LearnTarget target, const SubField& to, std::uint16_t flags = 0) {
  out.u16(static_cast<std::uint16_t>(static_cast<std::uint16_t>(target) | flags | to.count));
}

void encode(Writer& out, LearnTarget target, const Learn::Copy& copy) {
  learn_header(out, target, copy.to);
  learn_field(out, copy.from);
  learn_field(out, copy.to);
}

void encode(Writer& out, const Learn::Load& load) {
  learn_header(out, LearnTarget::kLoad, load.to, kLearnLiteral);
  out.bits(load.value, (load.to.count + 15) / 16 * 2);
  learn_field(out, load.to);
}

void encode(Writer& out, const Learn& a) {
  const bool second = a.limit != 0 || a.result;
  Frame frame(out, second ? Nx::kLearn2 : Nx::kLearn);
  out.u16(a.idle_timeout);
  out.u16(a.hard_timeout);
  out.u16(a.priority);
  out.u64(a.cookie);
  out.u16(a.result ? kLearnWritesResult : 0);
  out.u8(a.table);
  out.zeros(5);  // padding, timeouts after FIN
  if (second) {
    out.u32(a.limit);
    out.u16(static_cast<std::uint16_t>(a.result ? a.result->low : 0));
    out.zeros(2);
  }
  if (a.result) out.u32(subfield_header(*a.result));
  for (const auto& copy : a.match) encode(out, LearnTarget::kMatch, copy);
  for (const auto& copy : a.copies) encode(out, LearnTarget::kLoad, copy);
  for (const auto& load : a.loads) encode(out, load);
}

void encode(Writer& out, const Opaque& a) {
  out.bytes(a.bytes);
}

}  // namespace

void encode_actions(Writer& out, const std::vector<Action>& actions) {
  for (const Action& action : actions) std::visit([&](const auto& a) { encode(out, a); }, action);
}

}  // namespace weft::openflow
