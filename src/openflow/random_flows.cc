#include "openflow/random_flows.h"

#include <set>

namespace weft::openflow {
namespace {

constexpr std::uint64_t kInvalid = 16, kTracked = 32;  // bits of ct_state

class Generator {
 public:
  explicit Generator(std::mt19937& rng) : rng_(rng) {}

  Flow flow() {
    Flow out;
    out.key.table = static_cast<std::uint8_t>(below(40));
    out.key.priority = static_cast<std::uint16_t>(1 + below(30000));
    out.cookie = number();
    match(out.key.match);
    actions(out);
    return out;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return rng_() % n; }
  std::uint64_t number() { return static_cast<std::uint64_t>(rng_()) << 32 | rng_(); }
  bool chance(int percent) { return below(100) < static_cast<std::uint64_t>(percent); }
  Bits random_bits(Field f) { return Bits(number(), number()) & Bits::ones(info(f).width); }

  void maybe(Match& m, Field f, int percent = 25) {
    if (!chance(percent)) return;
    if (info(f).maskable && chance(40)) {
      // ovs-ofctl prints, but does not read, IPv6 masks that are no prefixes.
      bool prefix = info(f).width == 128 && f != Field::kCtLabel;
      m.set_masked(f, random_bits(f), prefix ? ~Bits::ones(static_cast<int>(below(128))) : random_bits(f));
    } else {
      m.set(f, random_bits(f));
    }
  }

  void match(Match& m) {
    for (int i = 0; i < 16; ++i) maybe(m, reg(i), 10);
    for (Field f : {Field::kMetadata, Field::kTunId, Field::kTunIpv4Src, Field::kPktMark, Field::kCtMark,
                    Field::kCtLabel, Field::kEthSrc, Field::kEthDst}) {
      maybe(m, f, 12);
    }
    if (chance(30)) m.set(Field::kInPort, 1 + below(1000));
    // Never +inv: the switch refuses to commit what is invalid.
    if (chance(30)) m.set_masked(Field::kCtState, number() & 0x2f, number() & 0x3f);
    if (chance(20)) m.set(Field::kCtZone, below(65536));
    if (chance(15)) m.set_masked(Field::kVlanTci, 0x1000 | below(4096), 0x1fff);
    if (chance(10)) m.set(Field::kVlanTci, 0);
    switch (below(4)) {
      case 0:
        break;
      case 1:
        arp(m);
        break;
      case 2:
        ip(m, Field::kIpv4Src, Field::kIpv4Dst, 0x0800);
        break;
      case 3:
        ip(m, Field::kIpv6Src, Field::kIpv6Dst, 0x86dd);
        break;
    }
  }

  void connection_tuple(Match& m, bool v6) {
    m.set_masked(Field::kCtState, kTracked, kTracked | kInvalid);
    maybe(m, v6 ? Field::kCtIpv6Src : Field::kCtIpv4Src, 50);
    maybe(m, v6 ? Field::kCtIpv6Dst : Field::kCtIpv4Dst, 50);
    if (chance(40)) return;
    m.set(Field::kCtIpProto, chance(50) ? 6 : 17);
    for (Field f : {Field::kCtTpSrc, Field::kCtTpDst}) maybe(m, f, 40);
  }

  void arp(Match& m) {
    m.set(Field::kEthType, 0x0806);
    if (chance(60)) m.set(Field::kArpOp, 1 + below(2));
    for (Field f : {Field::kArpSpa, Field::kArpTpa, Field::kArpSha, Field::kArpTha}) maybe(m, f);
  }

  void ip(Match& m, Field source, Field destination, std::uint64_t eth_type) {
    m.set(Field::kEthType, eth_type);
    for (Field f : {source, destination, Field::kIpTtl, Field::kIpDscp}) maybe(m, f);
    bool v6 = eth_type == 0x86dd;
    if (chance(25)) connection_tuple(m, v6);
    if (chance(30)) fragment(m);
    bool later = m.find(Field::kIpFrag) && (m.find(Field::kIpFrag)->value.lo & 2) != 0;
    // Later fragments have no ports: the switch refuses to look for them there.
    switch (later ? 4 : below(5)) {
      case 0:
        transport(m, 6, {Field::kTcpSrc, Field::kTcpDst, Field::kTcpFlags});
        break;
      case 1:
        transport(m, 17, {Field::kUdpSrc, Field::kUdpDst});
        break;
      case 2:
        transport(m, 132, {Field::kSctpSrc, Field::kSctpDst});
        break;
      case 3:
        v6 ? icmpv6(m) : transport(m, 1, {Field::kIcmpType, Field::kIcmpCode});
        break;
      case 4:
        break;
    }
  }

  void fragment(Match& m) {
    static constexpr std::pair<std::uint64_t, std::uint64_t> kForms[] = {{0, 3}, {1, 3}, {3, 3},
                                                                         {1, 1}, {0, 2}, {2, 2}};
    auto [value, mask] = kForms[below(std::size(kForms))];
    m.set_masked(Field::kIpFrag, value, mask);
  }

  void transport(Match& m, std::uint64_t proto, std::initializer_list<Field> fields) {
    m.set(Field::kIpProto, proto);
    for (Field f : fields) maybe(m, f, 40);
  }

  void icmpv6(Match& m) {
    bool solicitation = chance(50);
    m.set(Field::kIpProto, 58).set(Field::kIcmpv6Type, solicitation ? 135 : 136).set(Field::kIcmpv6Code, 0);
    for (Field f : {Field::kNdTarget, solicitation ? Field::kNdSll : Field::kNdTll}) maybe(m, f, 40);
    if (chance(10)) m.set(Field::kNdReserved, below(1000));
  }

  SetField set_field(Field f) {
    Bits mask = info(f).maskable && chance(50) ? random_bits(f) | Bits(1) : Bits::ones(info(f).width);
    return {f, random_bits(f) & mask, mask};
  }
  SubField part(Field f, int count) {
    return {f, static_cast<int>(below(static_cast<std::uint64_t>(info(f).width - count + 1))), count};
  }

  void actions(Flow& flow) {
    auto& list = flow.actions;
    if (chance(10)) return;
    if (chance(15)) {
      list.push_back(Conjunction{static_cast<std::uint32_t>(number()), 1, 2});
      if (chance(50)) list.push_back(Conjunction{static_cast<std::uint32_t>(number()), 3, 3});
      return;
    }
    for (auto n = below(5); n > 0; --n) list.push_back(metadata_action());
    const Match::Entry* type = flow.key.match.find(Field::kEthType);
    bool is_ip = type && (type->value.lo == 0x0800 || type->value.lo == 0x86dd);
    if (is_ip && chance(40)) list.push_back(DecTtl{});
    if (is_ip && chance(40)) list.push_back(connection_tracking());
    if (type && type->value.lo == 0x0806)
      list.push_back(set_field(chance(50) ? Field::kArpSpa : Field::kArpTha));
    if (chance(60)) list.push_back(last_action());
  }

  Action metadata_action() {
    switch (below(11)) {
      case 0:
        return set_field(Field::kEthDst);
      case 1:
        return set_field(Field::kTunId);
      case 2:
        return set_field(Field::kInPort);
      case 3:
        return set_field(Field::kMetadata);
      case 4:
        return Move{part(Field::kTunId, 20), part(Field::kReg3, 20)};
      case 5:
        return Move{{Field::kEthSrc, 0, 48}, {Field::kEthDst, 0, 48}};
      case 6:
        return Move{{Field::kInPort, 0, 16}, part(Field::kReg9, 16)};
      case 7:
        return CtClear{};
      case 8:
        return learn();
      case 9:
        return CheckPktLarger{static_cast<std::uint16_t>(number()), part(Field::kReg4, 1)};
      default:
        return set_field(reg(static_cast<int>(below(16))));
    }
  }

  Action learn() {
    Learn a{.table = static_cast<std::uint8_t>(below(200)),
            .priority = static_cast<std::uint16_t>(chance(20) ? 0x8000 : below(65536))};
    if (chance(50)) a.idle_timeout = static_cast<std::uint16_t>(number());
    if (chance(30)) a.hard_timeout = static_cast<std::uint16_t>(number());
    if (chance(70)) a.cookie = number();
    if (chance(50)) a.limit = static_cast<std::uint32_t>(number());
    if (chance(30)) a.result = part(Field::kReg6, 1);
    a.match.push_back({{Field::kEthSrc, 0, 48}, {Field::kEthDst, 0, 48}});
    if (chance(60)) a.match.push_back({{Field::kReg0, 0, 28}, {Field::kReg0, 0, 28}});
    if (chance(30)) a.match.push_back({part(Field::kTunId, 20), part(Field::kReg3, 20)});
    if (chance(60)) a.copies.push_back({{Field::kInPort, 0, 16}, part(Field::kReg1, 16)});
    if (chance(30)) a.copies.push_back({part(Field::kEthSrc, 32), {Field::kReg5, 0, 32}});
    for (auto n = below(3); n > 0; --n) {
      int count = 1 + static_cast<int>(below(32));
      a.loads.push_back({part(Field::kReg4, count), number() & Bits::ones(count).lo});
    }
    if (chance(20)) a.loads.push_back({{Field::kMetadata, 0, 64}, number()});
    return a;
  }

  Action connection_tracking() {
    ConnTrack ct{.commit = chance(50)};
    ct.force = ct.commit && chance(30);
    if (chance(50)) {
      ct.zone_from = part(Field::kReg6, 16);
    } else {
      ct.zone = static_cast<std::uint16_t>(number());
    }
    if (chance(60)) ct.recirc_table = static_cast<std::uint8_t>(below(100));
    if (ct.commit && chance(50)) ct.exec.push_back(set_field(Field::kCtMark));
    if (ct.commit && chance(50)) ct.exec.push_back(set_field(Field::kCtLabel));
    return ct;
  }

  Action last_action() {
    switch (below(6)) {
      case 0:
        return Output{static_cast<std::uint32_t>(1 + below(1000))};
      case 1:
        return OutputField{{Field::kReg15, 0, 32}};
      case 2:
        return Output{kPortInPort};
      case 3:
        return Controller{.userdata = userdata(),
                          .max_length = chance(50) ? std::uint16_t{0xffff} : std::uint16_t{128},
                          .pause = chance(30)};
      case 4:
        return Output{kPortNormal};
      default:
        return Resubmit{static_cast<std::uint8_t>(below(200))};
    }
  }

  std::vector<std::uint8_t> userdata() {
    std::vector<std::uint8_t> out(below(20));
    for (auto& byte : out) byte = static_cast<std::uint8_t>(rng_());
    return out;
  }

  std::mt19937& rng_;
};

}  // namespace

std::vector<Flow> random_flows(std::mt19937& rng, std::size_t count) {
  Generator generator(rng);
  std::set<FlowKey> keys;
  std::vector<Flow> flows;
  while (flows.size() < count) {
    Flow flow = generator.flow();
    // SetField{kInPort} takes what OVS's 16-bit port numbers hold.
    for (Action& action : flow.actions) {
      auto* set = std::get_if<SetField>(&action);
      if (set && set->field == Field::kInPort)
        *set = {Field::kInPort, set->value & Bits(0xffff), Bits::ones(32)};
    }
    if (keys.insert(flow.key).second) flows.push_back(std::move(flow));
  }
  return flows;
}

}  // namespace weft::openflow
