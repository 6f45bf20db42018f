#include "reference/comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "openflow/interpreter.h"

namespace weft::reference {
namespace {

using openflow::Bits;
using openflow::Field;

/// What differs in form only: refusals have no counterpart in what a switch sends.
struct Observed {
  bool answered = false, to_agent = false;
  std::set<Uuid> delivered;
  std::set<std::string> sent_to;
  auto operator<=>(const Observed&) const = default;
};

Observed observe(const Verdict& v) {
  return {v.answered, v.to_agent, v.delivered, v.sent_to};
}

std::string to_text(const Observed& o) {
  std::vector<std::string> ports;
  for (const auto& port : o.delivered) ports.push_back(port.to_string().substr(24));
  return fmt::format("answered={} to_agent={} delivered=[{}] sent_to=[{}]", o.answered, o.to_agent,
                     fmt::join(ports, " "), fmt::join(o.sent_to, " "));
}

std::string to_text(const Event& e) {
  std::string text = fmt::format(
      "{} {} > {}{}", e.sender ? "port " + e.sender->to_string().substr(24) : "tunnel",
      e.packet.eth_src.to_string(), e.packet.eth_dst.to_string(), e.packet.tagged ? " tagged" : "");
  if (const auto& arp = e.packet.arp)
    text += fmt::format(" arp op={} sha={} spa={} tpa={}", arp->operation, arp->sender_mac.to_string(),
                        arp->sender_ip.to_string(), arp->target_ip.to_string());
  if (const auto& ip = e.packet.ip)
    text += fmt::format(" ip {}:{} > {}:{} proto={} icmp={}/{}", ip->source.to_string(), ip->source_port,
                        ip->destination.to_string(), ip->destination_port, ip->protocol, ip->icmp_type,
                        ip->icmp_code);
  return text;
}

void add_ip(openflow::Packet& fields, const Packet::Ip& ip) {
  const bool v4 = ip.source.is_v4();
  fields[Field::kEthType] = v4 ? 0x0800 : 0x86dd;
  fields[v4 ? Field::kIpv4Src : Field::kIpv6Src] = ip.source;
  fields[v4 ? Field::kIpv4Dst : Field::kIpv6Dst] = ip.destination;
  auto number = [](int n) { return Bits(static_cast<std::uint64_t>(n)); };
  fields[Field::kIpProto] = number(ip.protocol);
  auto ports = [&](Field source, Field destination) {
    fields[source] = number(ip.source_port);
    fields[destination] = number(ip.destination_port);
  };
  switch (ip.protocol) {
    case 6:
      return ports(Field::kTcpSrc, Field::kTcpDst);
    case 17:
      return ports(Field::kUdpSrc, Field::kUdpDst);
    case 132:
      return ports(Field::kSctpSrc, Field::kSctpDst);
    case 1:
      if (v4)
        fields[Field::kIcmpType] = number(ip.icmp_type), fields[Field::kIcmpCode] = number(ip.icmp_code);
      return;
    case 58:
      if (!v4)
        fields[Field::kIcmpv6Type] = number(ip.icmp_type), fields[Field::kIcmpv6Code] = number(ip.icmp_code);
      return;
    default:
      return;
  }
}

openflow::Packet to_fields(const Packet& packet) {
  openflow::Packet fields;
  fields[Field::kEthSrc] = packet.eth_src;
  fields[Field::kEthDst] = packet.eth_dst;
  fields[Field::kEthType] = 0x88b5;  // IEEE 802 local experimental
  fields[Field::kVlanTci] = packet.tagged ? 0x1005 : 0;
  if (packet.ip) add_ip(fields, *packet.ip);
  if (const auto& arp = packet.arp) {
    fields[Field::kEthType] = 0x0806;
    fields[Field::kArpOp] = static_cast<std::uint64_t>(arp->operation);
    fields[Field::kArpSpa] = arp->sender_ip;
    fields[Field::kArpTpa] = arp->target_ip;
    fields[Field::kArpSha] = arp->sender_mac;
    fields[Field::kArpTha] = 0;
  }
  return fields;
}

/// One world compiled, and its ports and tunnels by OpenFlow number.
class Switch {
 public:
  Switch(const RandomWorld& world, const Mutation& mutation) : interpreter_(compile(world, mutation)) {
    for (const auto& port : world.local) ports_[port.ofport] = port.port;
    for (const auto& tunnel : world.tunnels) tunnels_[tunnel.ofport] = tunnel;
    for (const auto& network : world.networks)
      networks_[network] = world.world.intent().find<model::Network>(network);
  }

  Observed run(const Event& event) {
    openflow::Packet fields = to_fields(event.packet);
    fields[Field::kInPort] = Bits(ingress(event));
    if (!event.sender) fields[Field::kTunId] = static_cast<std::uint64_t>(networks_.at(event.network)->vni);
    Observed observed;
    for (const auto& sent : interpreter_.run(fields, connections_).sent) note(sent, fields, event, observed);
    return observed;
  }

 private:
  static std::vector<openflow::Flow> compile(const RandomWorld& world, const Mutation& mutation) {
    fabric::Compiler compiler(world.world.intent(), {.name = world.place.node});
    for (const auto& port : world.local) compiler.plug(port);
    for (const auto& tunnel : world.tunnels) compiler.add_tunnel(tunnel);
    compiler.compile();
    return mutation ? mutation(compiler.desired()) : compiler.desired();
  }

  std::uint32_t ingress(const Event& event) const {
    for (const auto& [ofport, port] : ports_)
      if (event.sender == port) return ofport;
    for (const auto& [ofport, tunnel] : tunnels_)
      if (tunnel.encapsulation == networks_.at(event.network)->encapsulation) return ofport;
    return 0;
  }

  void note(const openflow::Outcome::Sent& sent, const openflow::Packet& original, const Event& event,
            Observed& observed) {
    if (sent.port == openflow::kPortController) {
      observed.to_agent = true;
    } else if (event.sender && sent.port == original.at(Field::kInPort).lo) {
      observed.answered = true;
    } else if (auto port = ports_.find(sent.port); port != ports_.end()) {
      observed.delivered.insert(port->second);
    } else if (auto tunnel = tunnels_.find(sent.port); tunnel != tunnels_.end()) {
      const auto& network = *networks_.at(event.network);
      const bool right = tunnel->second.encapsulation == network.encapsulation &&
                         sent.packet.at(Field::kTunId).lo == static_cast<std::uint64_t>(network.vni);
      observed.sent_to.insert(right ? tunnel->second.node : "wrong tunnel to " + tunnel->second.node);
    }
  }

  openflow::Interpreter interpreter_;
  openflow::ConnectionTable connections_;
  std::map<std::uint32_t, Uuid> ports_;
  std::map<std::uint32_t, fabric::Tunnel> tunnels_;
  std::map<Uuid, model::Ref<model::Network>> networks_;
};

struct Difference {
  std::size_t at;
  Observed expected, seen;
};

/// The first event, in order, on which model and switch disagree.
std::optional<Difference> compare(const RandomWorld& world, const std::vector<Event>& events,
                                  const Mutation& mutation) {
  Switch compiled(world, mutation);
  Connections connections;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Event& e = events[i];
    const auto& intent = world.world.intent();
    const Observed expected =
        observe(e.sender ? send(intent, world.place, *e.sender, e.packet, connections)
                         : receive(intent, world.place, e.network, e.packet, connections));
    const Observed seen = compiled.run(e);
    if (expected != seen) return Difference{i, expected, seen};
  }
  return std::nullopt;
}

/// Leaves out every event that the difference does not need.
std::vector<Event> minimise(const RandomWorld& world, std::vector<Event> events, const Mutation& mutation) {
  for (std::size_t i = events.size(); i-- > 0;) {
    auto fewer = events;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (auto difference = compare(world, fewer, mutation)) {
      fewer.resize(difference->at + 1);
      events = std::move(fewer);
      i = std::min(i, events.size());
    }
  }
  return events;
}

}  // namespace

std::optional<std::string> find_difference(std::uint32_t seed, int packets, const Mutation& mutation) {
  std::mt19937 random(seed);
  const RandomWorld world(random);
  std::vector<Event> events;
  for (int n = 0; n < packets; ++n) events.push_back(random_event(world, events, random));
  auto difference = compare(world, events, mutation);
  if (!difference) return std::nullopt;
  events.resize(difference->at + 1);
  events = minimise(world, std::move(events), mutation);
  difference = compare(world, events, mutation);
  std::string text = fmt::format("seed {}: after {} event(s)\n", seed, events.size());
  for (const Event& event : events) text += "  " + to_text(event) + '\n';
  return text + "  model:  " + to_text(difference->expected) + "\n  switch: " + to_text(difference->seen);
}

}  // namespace weft::reference
