// The interpreter's connection tracker against that of a real ovs-vswitchd.
#include <random>

#include "openflow/connected_switch.h"
#include "openflow/interpreter.h"
#include "openflow/packet_frame.h"

namespace weft::openflow {
namespace {

constexpr std::uint16_t kZone = 5;

Flow flow(std::uint8_t table, std::uint16_t priority, Match match, std::vector<Action> actions) {
  Flow out;
  out.key = {.table = table, .priority = priority, .match = std::move(match)};
  out.actions = std::move(actions);
  return out;
}

constexpr std::uint64_t kHosts = 3, kFirstPort = 1000, kPorts = 2;

Bits host(bool v4, std::uint64_t n) {
  return v4 ? Bits(0x0a000001 + n) : Bits(0xfd00000000000000, 1 + n);
}

SetField note(int reg_number, std::uint64_t value) {
  return {reg(reg_number), value, Bits::ones(32)};
}

/// Tables that note in registers what matches of the original tuple, as rules of policy match it.
std::vector<Flow> noting_flows(bool v4) {
  std::vector<Flow> flows;
  const auto valid = Match()
                         .set(Field::kEthType, v4 ? 0x0800 : 0x86dd)
                         .set_masked(Field::kCtState, kCtTracked, kCtTracked | kCtInvalid);
  auto add = [&](std::uint8_t table, Match match, std::uint64_t value) {
    flows.push_back(flow(table, 1, std::move(match), {note(table, value)}));
  };
  for (std::uint64_t n = 0; n < kHosts; ++n) {
    add(2, Match(valid).set(v4 ? Field::kCtIpv4Src : Field::kCtIpv6Src, host(v4, n)), n + 1);
    add(3, Match(valid).set(v4 ? Field::kCtIpv4Dst : Field::kCtIpv6Dst, host(v4, n)), n + 1);
  }
  for (std::uint64_t protocol : {1, 6, 17, 47, 58, 132}) {
    const auto of_protocol = Match(valid).set(Field::kCtIpProto, protocol);
    add(4, of_protocol, protocol);
    for (std::uint64_t port = kFirstPort; port < kFirstPort + kPorts; ++port) {
      if (protocol != 6 && protocol != 17) continue;
      add(5, Match(of_protocol).set(Field::kCtTpSrc, port), port);
      add(6, Match(of_protocol).set(Field::kCtTpDst, port), port);
    }
  }
  return flows;
}

/// Everything is tracked, what is new is committed, and the controller hears what flows see.
std::vector<Flow> tracking_flows() {
  std::vector<Flow> flows;
  const ConnTrack commit{.commit = true, .zone = kZone};
  for (bool v4 : {true, false}) {
    const auto ip = Match().set(Field::kEthType, v4 ? 0x0800 : 0x86dd);
    const auto is_new = Match(ip).set_masked(Field::kCtState, kCtNew, kCtNew);
    std::vector<Action> report;
    for (std::uint8_t table = 2; table <= 6; ++table) report.push_back(Resubmit{table});
    report.push_back(Controller{.userdata = {1}});
    flows.push_back(flow(0, 1, ip, {ConnTrack{.zone = kZone, .recirc_table = 1}}));
    flows.push_back(flow(1, 1, ip, report));
    report.push_back(commit);
    flows.push_back(flow(1, 2, is_new, report));
    for (auto& noting : noting_flows(v4)) flows.push_back(std::move(noting));
  }
  return flows;
}

std::string seen(const Packet& packet) {
  Match match;
  for (Field f : {Field::kCtState, reg(2), reg(3), reg(4), reg(5), reg(6)})
    if (auto it = packet.find(f); it != packet.end() && !it->second.is_zero()) match.set(f, it->second);
  return to_text(match);
}

std::string seen(const PacketIn& packet) {
  Packet fields;
  for (const auto& [field, entry] : packet.metadata.entries()) fields[field] = entry.value;
  return seen(fields);
}

struct Sample {
  Packet packet;
  TrackerView view;
};

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : rng_(seed) {}

  Sample next() {
    Sample sample{ip(), {}};
    Packet& p = sample.packet;
    switch (below(5)) {
      case 0:
        transport(p, 6, Field::kTcpSrc, Field::kTcpDst);
        p[Field::kTcpFlags] = pick({2, 2, 16, 18});
        break;
      case 1:
        transport(p, 17, Field::kUdpSrc, Field::kUdpDst);
        break;
      case 2:
        transport(p, pick({132, 47}), Field::kSctpSrc, Field::kSctpDst);
        break;
      case 3:
        icmp(p, pick({0, 8, 9, 10, 13, 14, 15, 16, 17}), pick({128, 129, 130, 133, 135, 136, 143}));
        break;
      default:
        if (!before_.empty()) return error(before_[below(before_.size())]);
        icmp(p, 8, 128);
    }
    before_.push_back(p);
    return sample;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return rng_() % n; }
  std::uint64_t pick(std::initializer_list<std::uint64_t> from) { return from.begin()[below(from.size())]; }

  Packet ip() {
    const bool v4 = below(2);
    Packet p{{Field::kEthSrc, 2}, {Field::kEthDst, 4}, {Field::kEthType, v4 ? 0x0800 : 0x86dd}};
    const std::uint64_t source = below(kHosts), destination = (source + 1 + below(kHosts - 1)) % kHosts;
    set_addresses(p, source, destination);
    return p;
  }

  static void set_addresses(Packet& p, std::uint64_t source, std::uint64_t destination) {
    const bool v4 = p[Field::kEthType] == Bits(0x0800);
    p[v4 ? Field::kIpv4Src : Field::kIpv6Src] = host(v4, source);
    p[v4 ? Field::kIpv4Dst : Field::kIpv6Dst] = host(v4, destination);
  }
  void transport(Packet& p, std::uint64_t protocol, Field source, Field destination) {
    p[Field::kIpProto] = protocol;
    p[source] = kFirstPort + below(kPorts);
    p[destination] = kFirstPort + below(kPorts);
  }

  void icmp(Packet& p, std::uint64_t v4_type, std::uint64_t v6_type) {
    const bool v4 = p[Field::kEthType] == Bits(0x0800);
    p[Field::kIpProto] = v4 ? 1 : 58;
    p[v4 ? Field::kIcmpType : Field::kIcmpv6Type] = v4 ? v4_type : v6_type;
    p[v4 ? Field::kIcmpCode : Field::kIcmpv6Code] = below(10) == 0 ? 1 : 0;
  }

  /// An error about a packet, to its sender (mostly), from anybody.
  Sample error(const Packet& about) {
    Packet p{{Field::kEthSrc, 2}, {Field::kEthDst, 4}, {Field::kEthType, about.at(Field::kEthType)}};
    const bool v4 = p[Field::kEthType] == Bits(0x0800);
    set_addresses(p, below(kHosts), below(kHosts));
    if (below(5) != 0)
      p[v4 ? Field::kIpv4Dst : Field::kIpv6Dst] = about.at(v4 ? Field::kIpv4Src : Field::kIpv6Src);
    icmp(p, pick({3, 4, 5, 11, 12}), pick({1, 2, 3, 4}));
    return {p, {.whole = {}, .quoted = about}};
  }

  std::mt19937 rng_;
  std::vector<Packet> before_;
};

class TrackingTest : public ConnectedSwitch {};

TEST_F(TrackingTest, ThePacketsOfRandomConversationsAreWhatTheSwitchSaysTheyAre) {
  const auto flows = tracking_flows();
  ASSERT_TRUE(await(connection->apply(additions(flows))));
  Interpreter interpreter(flows);
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    ASSERT_TRUE(await(connection->flush_zone(kZone)));
    packets.clear();
    Generator generator(seed);
    ConnectionTable connections;
    LearnedFlows learned;
    std::vector<std::pair<std::string, std::string>> expected;
    for (int i = 0; i < 200; ++i) {
      const Sample sample = generator.next();
      auto outcome = interpreter.run(sample.packet, connections, learned, sample.view);
      ASSERT_EQ(outcome.sent.size(), 1u);
      Match fields;
      for (auto& [f, v] : sample.packet) fields.set(f, v);
      expected.emplace_back(to_text(fields), seen(outcome.sent[0].packet));
      connection->packet_out(frame_of(sample.packet, sample.view), kPortController, {Resubmit{0}});
    }
    run_until([&] { return packets.size() == expected.size(); });
    for (std::size_t i = 0; i < expected.size(); ++i)
      ASSERT_EQ(seen(packets[i]), expected[i].second)
          << "seed " << seed << ", " << i << ": " << expected[i].first;
  }
}

/// An IPv4 packet in two: the switch takes no first fragment below 1,200 bytes.
std::vector<net::Frame> fragments_of(const net::Frame& frame, std::size_t first) {
  constexpr std::size_t kHeaders = 14 + 20;
  std::vector<net::Frame> out;
  for (std::size_t at : {std::size_t{0}, first}) {
    const std::size_t end = at == 0 ? kHeaders + first : frame.size();
    net::Frame part(frame.begin(), frame.begin() + kHeaders);
    part.insert(part.end(), frame.begin() + static_cast<std::ptrdiff_t>(kHeaders + at),
                frame.begin() + static_cast<std::ptrdiff_t>(end));
    auto put = [&](std::size_t offset, std::size_t value) {
      part[14 + offset] = static_cast<std::uint8_t>(value >> 8);
      part[14 + offset + 1] = static_cast<std::uint8_t>(value);
    };
    put(2, part.size() - 14);
    put(6, at == 0 ? 0x2000 : at / 8);
    put(10, 0);
    put(10, net::internet_checksum(net::FrameView(part).subspan(14, 20)));
    out.push_back(std::move(part));
  }
  return out;
}

TEST_F(TrackingTest, ALaterFragmentHasTheTupleButNoPorts) {
  const auto flows = tracking_flows();
  ASSERT_TRUE(await(connection->apply(additions(flows))));
  const net::UdpEndpoint source{MacAddress::from_u64(2), IpAddress::v4(0x0a000001), 1000};
  const net::UdpEndpoint destination{MacAddress::from_u64(4), IpAddress::v4(0x0a000002), 1001};
  const std::vector<std::uint8_t> payload(1400);
  for (const auto& frame : fragments_of(net::build_udp(source, destination, payload), 1208))
    connection->packet_out(frame, kPortController, {Resubmit{0}});
  run_until([this] { return packets.size() == 2; });

  const Packet whole{{Field::kEthType, 0x0800},        {Field::kIpProto, 17},
                     {Field::kIpv4Src, host(true, 0)}, {Field::kIpv4Dst, host(true, 1)},
                     {Field::kUdpSrc, 1000},           {Field::kUdpDst, 1001}};
  Interpreter interpreter(flows);
  ConnectionTable connections;
  LearnedFlows learned;
  for (std::size_t i = 0; i < 2; ++i) {
    Packet fragment = whole;
    fragment[Field::kIpFrag] = i == 0 ? 1 : 3;
    if (i == 1) fragment[Field::kUdpSrc] = fragment[Field::kUdpDst] = 0;
    const auto outcome = interpreter.run(fragment, connections, learned, {.whole = whole, .quoted = {}});
    EXPECT_EQ(seen(packets[i]), seen(outcome.sent.at(0).packet));
  }
}

}  // namespace
}  // namespace weft::openflow
