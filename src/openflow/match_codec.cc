#include "openflow/match_codec.h"

#include <algorithm>
#include <array>

namespace weft::openflow {
namespace {

constexpr std::uint16_t kMatchTypeOxm = 1;
constexpr std::uint32_t kExperimenterClass = 0xffff;
constexpr std::uint32_t kHasMask = 1 << 8;

/// Class and field number of a header: what names the field.
constexpr std::uint32_t id_of(std::uint32_t header) {
  return header >> 9;
}
constexpr std::uint32_t id(std::uint32_t oxm_class, std::uint32_t field) {
  return oxm_class << 7 | field;
}

struct Alias {
  std::uint32_t id;
  Field field;
};

// Forms of fields that the switch also uses: the older NXM ones in actions, and split or renumbered OXM ones
// in matches.
constexpr std::uint32_t kVlanVid = id(0x8000, 6);
constexpr std::uint32_t kVlanPcp = id(0x8000, 7);
constexpr std::uint32_t kOnfTcpFlags = id(kExperimenterClass, 42);
constexpr std::array kAliases{
    Alias{id(0, 0), Field::kInPort},       Alias{id(0, 1), Field::kEthDst},
    Alias{id(0, 2), Field::kEthSrc},       Alias{id(0, 3), Field::kEthType},
    Alias{id(0, 6), Field::kIpProto},      Alias{id(0, 7), Field::kIpv4Src},
    Alias{id(0, 8), Field::kIpv4Dst},      Alias{id(0, 9), Field::kTcpSrc},
    Alias{id(0, 10), Field::kTcpDst},      Alias{id(0, 11), Field::kUdpSrc},
    Alias{id(0, 12), Field::kUdpDst},      Alias{id(0, 13), Field::kIcmpType},
    Alias{id(0, 14), Field::kIcmpCode},    Alias{id(0, 15), Field::kArpOp},
    Alias{id(0, 16), Field::kArpSpa},      Alias{id(0, 17), Field::kArpTpa},
    Alias{id(1, 16), Field::kTunId},       Alias{id(1, 17), Field::kArpSha},
    Alias{id(1, 18), Field::kArpTha},      Alias{id(1, 19), Field::kIpv6Src},
    Alias{id(1, 20), Field::kIpv6Dst},     Alias{id(1, 21), Field::kIcmpv6Type},
    Alias{id(1, 22), Field::kIcmpv6Code},  Alias{id(1, 23), Field::kNdTarget},
    Alias{id(1, 24), Field::kNdSll},       Alias{id(1, 25), Field::kNdTll},
    Alias{kVlanVid, Field::kVlanTci},      Alias{kVlanPcp, Field::kVlanTci},
    Alias{kOnfTcpFlags, Field::kTcpFlags},
};

/// Every name of every field, sorted.
const std::vector<Alias>& names() {
  static const std::vector<Alias> sorted = [] {
    std::vector<Alias> all(kAliases.begin(), kAliases.end());
    for (std::size_t i = 0; i < kFieldCount; ++i) {
      auto field = static_cast<Field>(i);
      all.push_back({id_of(info(field).oxm), field});
    }
    std::sort(all.begin(), all.end(), [](const Alias& a, const Alias& b) { return a.id < b.id; });
    return all;
  }();
  return sorted;
}

/// OXM's VLAN id (with the CFI bit) and priority are parts of vlan_tci.
void widen_to_tci(std::uint32_t oxm_id, bool masked, DecodedField& f) {
  if (oxm_id == kVlanVid) {
    if (!masked) f.mask = 0x1fff;
    f.mask = f.mask & Bits(0x1fff);
  } else if (oxm_id == kVlanPcp) {
    f.value = f.value << 13;
    f.mask = 0xe000;
  }
}

}  // namespace

std::optional<Field> find_field(std::uint32_t header) {
  const auto& all = names();
  auto it = std::lower_bound(all.begin(), all.end(), id_of(header),
                             [](const Alias& a, std::uint32_t wanted) { return a.id < wanted; });
  if (it == all.end() || it->id != id_of(header)) return std::nullopt;
  return it->field;
}

std::uint32_t subfield_header(const SubField& s) {
  if (s.field == Field::kInPort && s.low + s.count <= 16) return kNxmInPort;
  return info(s.field).oxm;
}

void encode_field(Writer& out, Field field, const Bits& value, const Bits& mask) {
  const FieldInfo& f = info(field);
  int size = f.wire_bytes();
  bool masked = f.maskable && mask != Bits::ones(8 * size);
  out.u32(masked ? (f.oxm | kHasMask) + static_cast<std::uint32_t>(size) : f.oxm);
  out.bits(value, size);
  if (masked) out.bits(mask, size);
}

Result<DecodedField> decode_field(Reader& in) {
  std::uint32_t header = in.u32();
  std::size_t length = header & 0xff;
  bool masked = header & kHasMask;
  bool experimenter = header >> 16 == kExperimenterClass;
  Reader payload(in.bytes(length));
  if (!in.ok() || (experimenter && length < 4)) return fail(Errc::kProtocol, "truncated match field");
  if (experimenter) payload.skip(4);
  std::optional<Field> field = find_field(header);
  if (!field) return fail(Errc::kNotFound, "unknown match field");
  std::size_t size = payload.remaining() / (masked ? 2 : 1);
  if (size == 0 || size > 16 || (masked && payload.remaining() % 2 != 0)) {
    return fail(Errc::kProtocol, "match field of a wrong length");
  }
  DecodedField out{.field = *field};
  Bits all = Bits::ones(info(*field).width);
  out.value = payload.bits(static_cast<int>(size)) & all;
  out.mask = masked ? payload.bits(static_cast<int>(size)) & all : all;
  widen_to_tci(id_of(header), masked, out);
  out.value = out.value & out.mask;
  return out;
}

void encode_match(Writer& out, const Match& match) {
  std::size_t start = out.position();
  out.u16(kMatchTypeOxm);
  std::size_t length_at = out.position();
  out.u16(0);
  for (const auto& [field, entry] : match.entries()) encode_field(out, field, entry.value, entry.mask);
  out.patch_length(length_at, start);
  out.pad8(start);
}

namespace {

/// Several OXMs may be parts of one field (vlan_tci): they are joined.
void join(Match& match, const DecodedField& f) {
  const Match::Entry* before = match.find(f.field);
  if (!before) {
    match.set_masked(f.field, f.value, f.mask);
    return;
  }
  match.set_masked(f.field, before->value | f.value, before->mask | f.mask);
}

}  // namespace

Result<Match> decode_match(Reader& in) {
  std::uint16_t type = in.u16();
  std::size_t length = in.u16();
  if (type != kMatchTypeOxm || length < 4) return fail(Errc::kProtocol, "not an OXM match");
  Reader fields(in.bytes(length - 4));
  in.skip(padded8(length) - length);
  if (!in.ok()) return fail(Errc::kProtocol, "truncated match");
  Match match;
  while (!fields.at_end()) {
    WEFT_TRY(DecodedField f, decode_field(fields));
    join(match, f);
  }
  return match;
}

Result<Match> decode_known_fields(ByteView bytes) {
  Reader in(bytes);
  Match match;
  while (!in.at_end()) {
    auto f = decode_field(in);
    if (f) {
      join(match, *f);
    } else if (f.error().code != Errc::kNotFound) {
      return fail(std::move(f.error()));
    }
  }
  return match;
}

}  // namespace weft::openflow
