#include "openflow/action_codec.h"
#include "openflow/action_numbers.h"
#include "openflow/match_codec.h"

namespace weft::openflow {
namespace {

Result<std::vector<Action>> decode_list(ByteView bytes, bool nested);

// A decoder returns nothing for what has no form here; the caller keeps it as Opaque.
using Decoded = std::optional<Action>;

std::optional<SubField> subfield(std::uint32_t header, int low, int count) {
  auto field = find_field(header);
  // A header tells a length of its own, shorter (the 16 bits of NXM's in_port) or forged.
  if (!field || low + count > std::min(8 * static_cast<int>(header & 0xff), info(*field).width))
    return std::nullopt;
  return SubField{*field, low, count};
}

std::optional<SubField> subfield(std::uint16_t range, std::uint32_t header) {
  return subfield(header, range >> 6, (range & 0x3f) + 1);
}

/// A part of a field that has no mask has no form here.
Decoded set_bits(Field field, const Bits& value, const Bits& mask) {
  if (!info(field).maskable && mask != Bits::ones(info(field).width)) return std::nullopt;
  return SetField{field, value, mask};
}

Decoded set_field(Reader& in) {
  auto f = decode_field(in);
  if (!f) return std::nullopt;
  return set_bits(f->field, f->value, f->mask);
}

Decoded reg_load(Reader& in) {
  std::uint16_t bit_range = in.u16();
  std::uint32_t header = in.u32();
  auto target = subfield(bit_range, header);
  Bits value = in.u64();
  if (!target) return std::nullopt;
  if (header == kNxmInPort && target->count == 16) return SetField{Field::kInPort, value, Bits::ones(32)};
  Bits mask = Bits::ones(target->count) << target->low;
  return set_bits(target->field, (value << target->low) & mask, mask);
}

Decoded reg_move(Reader& in) {
  int count = in.u16();
  int source_low = in.u16();
  int destination_low = in.u16();
  std::uint32_t source_header = in.u32();
  std::uint32_t destination_header = in.u32();
  auto source = subfield(source_header, source_low, count);
  auto destination = subfield(destination_header, destination_low, count);
  if (!source || !destination) return std::nullopt;
  return Move{*source, *destination};
}

Decoded output_reg(Reader& in) {
  std::uint16_t bit_range = in.u16();
  auto source = subfield(bit_range, in.u32());
  if (!source) return std::nullopt;
  return OutputField{*source};
}

Decoded resubmit(Reader& in) {
  std::uint16_t in_port = in.u16();
  std::uint8_t table = in.u8();
  if (in_port != kResubmitInPort) return std::nullopt;
  return Resubmit{table};
}

Decoded conjunction(Reader& in) {
  auto clause = static_cast<std::uint8_t>(in.u8() + 1);
  std::uint8_t clauses = in.u8();
  return Conjunction{in.u32(), clause, clauses};
}

Decoded controller(Reader& in) {
  Controller a{.max_length = in.u16()};
  std::uint16_t controller_id = in.u16();
  std::uint8_t reason = in.u8();
  if (controller_id != 0 || reason != 1) return std::nullopt;
  return a;
}

Decoded controller2(Reader& in) {
  Controller a;
  in.skip(6);
  while (!in.at_end() && in.ok()) {
    auto type = static_cast<ControllerProperty>(in.u16());
    std::size_t length = in.u16();
    if (length < 4) return std::nullopt;
    Reader value(in.bytes(length - 4));
    in.skip(std::min(padded8(length) - length, in.remaining()));
    switch (type) {
      case ControllerProperty::kMaxLength:
        a.max_length = value.u16();
        break;
      case ControllerProperty::kUserdata:
        a.userdata.assign(value.rest().begin(), value.rest().end());
        break;
      case ControllerProperty::kPause:
        a.pause = true;
        break;
      case ControllerProperty::kMeter:
        a.meter_id = value.u32();
        break;
      default:
        return std::nullopt;
    }
    if (!value.ok()) return std::nullopt;
  }
  return a;
}

Decoded check_pkt_larger(Reader& in) {
  std::uint16_t size = in.u16();
  int bit = in.u16();
  auto result = subfield(in.u32(), bit, 1);
  if (!result) return std::nullopt;
  return CheckPktLarger{size, *result};
}

Decoded conn_track(Reader& in) {
  std::uint16_t flags = in.u16();
  std::uint32_t zone_header = in.u32();
  std::uint16_t zone_or_range = in.u16();
  std::uint8_t recirc_table = in.u8();
  in.skip(3);
  std::uint16_t alg = in.u16();
  ConnTrack a{.commit = (flags & kCtCommit) != 0, .force = (flags & kCtForce) != 0};
  if (zone_header == 0) {
    a.zone = zone_or_range;
  } else {
    a.zone_from = subfield(zone_or_range, zone_header);
    if (!a.zone_from) return std::nullopt;
  }
  if (recirc_table != kCtNoRecirculation) a.recirc_table = recirc_table;
  if (!in.ok() || alg != 0) return std::nullopt;
  auto nested = decode_list(in.rest(), true);
  if (!nested) return std::nullopt;
  for (Action& action : *nested) {
    auto* set = std::get_if<SetField>(&action);
    if (!set) return std::nullopt;
    a.exec.push_back(*set);
  }
  return a;
}

std::optional<SubField> learn_field(Reader& in, int count) {
  std::uint32_t header = in.u32();
  return subfield(header, in.u16(), count);
}

/// One part of a learn action. False for what Learn has no place for; its lists keep matches, copies and
/// loads apart, so a foreign action that mixes them is none of ours.
bool learn_part(Reader& in, std::uint16_t header, Learn& a) {
  int count = header & kLearnBitsMask;
  auto target = static_cast<LearnTarget>(header & kLearnTargetMask);
  bool literal = header & kLearnLiteral;
  if (literal && target == LearnTarget::kLoad && count <= 64) {
    Bits value = in.bits((count + 15) / 16 * 2);
    auto to = learn_field(in, count);
    if (to) a.loads.push_back({*to, value.lo});
    return to.has_value();
  }
  auto from = learn_field(in, count);
  auto to = learn_field(in, count);
  if (literal || !from || !to || !a.loads.empty()) return false;
  if (target == LearnTarget::kMatch && !a.copies.empty()) return false;
  if (target != LearnTarget::kMatch && target != LearnTarget::kLoad) return false;
  (target == LearnTarget::kMatch ? a.match : a.copies).push_back({*from, *to});
  return true;
}

Decoded learn(Reader& in, bool second) {
  Learn a{.idle_timeout = in.u16()};
  a.hard_timeout = in.u16();
  a.priority = in.u16();
  a.cookie = in.u64();
  std::uint16_t flags = in.u16();
  a.table = in.u8();
  in.skip(1);
  std::uint32_t fin_timeouts = in.u32();
  std::uint16_t result_low = 0;
  if (second) {
    a.limit = in.u32();
    result_low = in.u16();
    in.skip(2);
  }
  if ((flags & ~kLearnWritesResult) != 0 || fin_timeouts != 0) return std::nullopt;
  if (flags != 0) {
    a.result = subfield(in.u32(), result_low, 1);
    if (!second || !a.result) return std::nullopt;
  }
  while (in.ok() && in.remaining() >= 2) {
    std::uint16_t header = in.u16();
    if (header == 0) break;  // padding
    if (!learn_part(in, header, a)) return std::nullopt;
  }
  return a;
}

Decoded decode_nicira(Reader& in, bool nested) {
  switch (static_cast<Nx>(in.u16())) {
    case Nx::kRegMove:
      return reg_move(in);
    case Nx::kRegLoad:
      return reg_load(in);
    case Nx::kRegLoad2:
      return set_field(in);
    case Nx::kResubmitTable:
      return resubmit(in);
    case Nx::kOutputReg:
      return output_reg(in);
    case Nx::kDecTtl:
      return DecTtl{};
    case Nx::kController:
      return controller(in);
    case Nx::kController2:
      return controller2(in);
    case Nx::kConjunction:
      return conjunction(in);
    case Nx::kConnTrack:
      return nested ? std::nullopt : conn_track(in);
    case Nx::kCtClear:
      return CtClear{};
    case Nx::kLearn:
      return learn(in, false);
    case Nx::kLearn2:
      return learn(in, true);
    case Nx::kCheckPktLarger:
      return check_pkt_larger(in);
  }
  return std::nullopt;
}

Decoded decode_standard(std::uint16_t type, Reader& in) {
  switch (static_cast<Standard>(type)) {
    case Standard::kOutput:
      return Output{in.u32()};
    case Standard::kPushVlan:
      return PushVlan{in.u16()};
    case Standard::kPopVlan:
      return PopVlan{};
    case Standard::kGroup:
      return Group{in.u32()};
    case Standard::kDecTtl:
      return DecTtl{};
    case Standard::kSetField:
      return set_field(in);
  }
  return std::nullopt;
}

Decoded decode_one(ByteView bytes, bool nested) {
  Reader in(bytes);
  std::uint16_t type = in.u16();
  in.skip(2);
  Decoded action;
  if (type != kExperimenterAction) {
    action = decode_standard(type, in);
  } else if (in.u32() == kNicira) {
    action = decode_nicira(in, nested);
  }
  return in.ok() ? action : std::nullopt;
}

Result<std::vector<Action>> decode_list(ByteView bytes, bool nested) {
  std::vector<Action> actions;
  Reader in(bytes);
  while (!in.at_end()) {
    Reader header(in.rest());
    header.skip(2);
    std::size_t length = header.u16();
    if (!header.ok() || length < 8 || length % 8 != 0 || length > in.remaining()) {
      return fail(Errc::kProtocol, "action of a wrong length");
    }
    ByteView raw = in.bytes(length);
    Decoded action = decode_one(raw, nested);
    actions.push_back(action ? std::move(*action) : Action(Opaque{{raw.begin(), raw.end()}}));
  }
  return actions;
}

}  // namespace

Result<std::vector<Action>> decode_actions(ByteView bytes) {
  return decode_list(bytes, false);
}

}  // namespace weft::openflow
