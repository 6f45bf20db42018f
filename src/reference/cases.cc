#include "reference/cases.h"

#include "model/subnet_services.h"
#include "reference/random_world.h"

namespace weft::reference {
namespace {

using model::Direction;
using model::Encapsulation;

/// Five ports here, one on worker2, two of them with one shared address. The blue network has both DHCPs.
struct CaseWorld : NodeWorld {
  CaseWorld() {
    blue = world.network("blue", Encapsulation::kVxlan, 100);
    green = world.network("green", Encapsulation::kGeneve, 100);
    networks = {blue, green};
    const Uuid resolvers = world.address_group("resolvers");
    world.entry(resolvers, "198.51.100.0/30");
    const Uuid web = world.group("web"), fast = world.group("fast", false);
    http =
        world.rule(web, {.direction = Direction::kEgress, .protocol = kTcp, .port_min = 80, .port_max = 80});
    world.rule(web, {.direction = Direction::kEgress, .protocol = kIcmp, .port_min = 8});
    world.rule(web, {.direction = Direction::kEgress, .protocol = kIcmp, .port_min = 3});
    world.rule(web, {.direction = Direction::kEgress, .protocol = kSctp, .port_min = 3868, .port_max = 3868});
    world.rule(web, {.direction = Direction::kEgress,
                     .protocol = kUdp,
                     .port_min = 53,
                     .port_max = 53,
                     .remote_addresses = resolvers});
    world.rule(fast, {.direction = Direction::kEgress, .protocol = kUdp});
    const std::vector<model::AddressPair> shared = {{.mac = kSharedMac, .ip = *IpPrefix::parse("10.0.0.15")}};
    alice = add("alice", {"10.0.0.1", "2001:db8::1"}, {web}, shared);
    bob = add("bob", {"10.0.0.2"}, {web}, shared);
    frank = add("frank", {"10.0.0.3"}, {fast}, {});
    grace = add("grace", {"10.0.0.4"}, {}, {});
    router = add("router", {"10.0.0.5"}, {}, {});
    world.edit<model::Port>(router, [](model::Port& p) { p.port_security_enabled = false; });
    carol = world.port(
        {.name = "carol", .network = blue, .addresses = {"10.0.0.9", "2001:db8::9"}, .host = "worker2"});
    ports.push_back(carol);
    const Uuid subnet4 = world.subnet(blue, "10.0.0.0/24"), subnet6 = world.subnet(blue, "2001:db8::/64");
    world.edit<model::Subnet>(subnet6, [](model::Subnet& subnet) {
      subnet.ipv6_ra_mode = subnet.ipv6_address_mode = model::Ipv6Mode::kDhcpv6Stateful;
    });
    dhcp4 = world.distributed_port(subnet4, "10.0.0.254");
    dhcp6 = world.distributed_port(subnet6, "2001:db8::fe");
    tunnels = {{Encapsulation::kVxlan, "worker2", 101}, {Encapsulation::kGeneve, "worker2", 102}};
  }

  Uuid add(const char* name, std::vector<std::string> addresses, std::vector<Uuid> groups,
           std::vector<model::AddressPair> pairs) {
    ports.push_back(world.port({.name = name,
                                .network = blue,
                                .addresses = std::move(addresses),
                                .groups = std::move(groups),
                                .pairs = std::move(pairs)}));
    plug(ports.back());
    return ports.back();
  }

  Packet::Ip ip(const Uuid& from, const std::string& to, int protocol, int source_port = 0,
                int port = 0) const {
    const auto destination = *IpAddress::parse(to);
    return {.source = address_of(from, destination.version()),
            .destination = destination,
            .protocol = protocol,
            .source_port = source_port,
            .destination_port = port};
  }
  IpAddress address_of(const Uuid& port, IpVersion version) const {
    for (const auto& address : intent().fixed_ips(port))
      if (address.ip.version() == version) return address.ip;
    return version == IpVersion::kV4 ? IpAddress() : IpAddress::v6({});
  }
  Packet packet(const Uuid& from, const Uuid& to, Packet::Ip ip) const {
    return {.eth_src = world.mac_of(from), .eth_dst = world.mac_of(to), .ip = ip};
  }
  /// Gratuitous ARP for the shared address.
  Packet announcement() const {
    const auto shared = *IpAddress::parse("10.0.0.15");
    return {.eth_src = kSharedMac,
            .eth_dst = MacAddress::broadcast(),
            .arp = Packet::Arp{1, kSharedMac, shared, shared}};
  }
  Packet to_shared(const Uuid& from) const {
    Packet packet = this->packet(from, from, ip(from, "10.0.0.15", kTcp, 1024, 22));
    packet.eth_dst = kSharedMac;
    return packet;
  }

  Uuid blue, green, http, alice, bob, frank, grace, router, carol, dhcp4, dhcp6;
};

const CaseWorld& sample() {
  static const CaseWorld world;
  return world;
}

NamedCase a_case(std::string_view name, std::vector<Event> events, std::string_view verdict) {
  return {name, {[] { return std::make_unique<CaseWorld>(); }, std::move(events)}, verdict};
}

/// From alice to carol.
Event out(Packet::Ip ip) {
  const auto& w = sample();
  return FromPort{w.alice, w.packet(w.alice, w.carol, ip)};
}

/// From carol to alice.
Event in(Packet::Ip ip, std::optional<Packet::Ip> quoted = std::nullopt) {
  const auto& w = sample();
  Packet packet = w.packet(w.carol, w.alice, ip);
  packet.quoted = quoted;
  return FromNode{"worker2", w.blue, packet};
}

Packet::Ip tcp(int port) {
  return sample().ip(sample().alice, "10.0.0.9", kTcp, 1024, port);
}

Packet::Ip icmp(const Uuid& from, const std::string& to, int type) {
  Packet::Ip ip = sample().ip(from, to, kIcmp);
  ip.icmp_type = type;
  return ip;
}

Packet::Ip later(Packet::Ip ip) {
  ip.fragment = Fragment::kLater;
  return ip;
}

Event removal_of(const Uuid& rule) {
  return Change{"removes the rule for HTTP",
                [rule](NodeWorld& w) { w.world.erase<model::SecurityGroupRule>(rule); }};
}

std::vector<NamedCase> connections() {
  const auto& w = sample();
  const Packet::Ip sctp = w.ip(w.alice, "10.0.0.9", kSctp, 1024, 3868);
  const Packet::Ip ping = icmp(w.alice, "10.0.0.9", 8), unreachable = icmp(w.carol, "10.0.0.1", 3);
  Packet::Ip coded_ping = ping;
  coded_ping.icmp_code = 1;
  const std::string_view alice_gets_it = "to alice";
  return {
      a_case("What a rule allows leaves", {out(tcp(80))}, "to node worker2"),
      a_case("What none allows does not", {out(tcp(81))}, "dropped: no rule of alice"),
      a_case("Replies need no rule of their own", {out(tcp(80)), in(reversed(tcp(80)))}, alice_gets_it),
      a_case("The other side may not open a connection", {in(reversed(tcp(80)))},
             "dropped: no rule of alice"),
      a_case("A removed rule cuts its connections", {out(tcp(80)), removal_of(w.http), out(tcp(80))},
             "dropped: no rule of alice"),
      a_case("A removed rule cuts replies too", {out(tcp(80)), removal_of(w.http), in(reversed(tcp(80)))},
             "dropped: no rule of alice"),
      a_case("Pings are answered", {out(ping), in(reversed(ping))}, alice_gets_it),
      a_case("An answer that nobody asked for is invalid", {in(reversed(ping))},
             "dropped: invalid connection state of alice"),
      a_case("Answers of SCTP come from the rule's port", {out(sctp), in(reversed(sctp))}, alice_gets_it),
      a_case("An error about an SCTP connection passes", {out(sctp), in(unreachable, sctp)}, alice_gets_it),
      a_case("A query with a code is of no connection, nor is an error about it",
             {out(ping), in(unreachable, coded_ping)}, "dropped: invalid connection state of alice"),
      a_case("An error about nothing known is invalid", {in(unreachable, tcp(80))},
             "dropped: invalid connection state of alice"),
      a_case("A rule for unreachables allows none about what has no rule",
             {out(tcp(80)), removal_of(w.http),
              FromPort{w.alice,
                       {.eth_src = w.world.mac_of(w.alice),
                        .eth_dst = w.world.mac_of(w.carol),
                        .ip = icmp(w.alice, "10.0.0.9", 3),
                        .quoted = reversed(tcp(80))}}},
             "dropped: no rule of alice"),
      a_case("Later fragments show no port", {out(later(w.ip(w.alice, "198.51.100.2", kUdp, 1024, 53)))},
             "to node worker2"),
      a_case("Later fragments need a rule for their remote",
             {out(later(w.ip(w.alice, "198.51.100.4", kUdp, 1024, 53)))}, "dropped: no rule of alice"),
      a_case("Replies to a stateless port need a rule",
             {FromPort{w.frank, w.packet(w.frank, w.router, w.ip(w.frank, "10.0.0.5", kUdp, 7, 9))},
              FromPort{w.router, w.packet(w.router, w.frank, w.ip(w.router, "10.0.0.3", kUdp, 9, 7))}},
             "dropped: no rule of frank"),
      a_case("There is no port 0, whatever rules say",
             {FromPort{w.router, w.packet(w.router, w.alice, w.ip(w.router, "10.0.0.1", kTcp, 0, 80))}},
             "dropped: invalid connection state of alice"),
      a_case("A port without groups speaks to nobody",
             {FromPort{w.grace, w.packet(w.grace, w.router, w.ip(w.grace, "10.0.0.5", kTcp, 7, 9))}},
             "dropped: no rule of grace"),
  };
}

std::vector<NamedCase> places() {
  const auto& w = sample();
  constexpr std::string_view kEverywhere =
      "to node worker2; dropped: no rule of alice, no rule of bob, no rule of frank, no rule of grace";
  Packet probe = w.announcement();
  probe.arp->sender_ip = IpAddress();
  const Change no_pairs{"alice has no pairs", [](NodeWorld& world) {
                          world.world.edit<model::Port>(sample().alice,
                                                        [](auto& p) { p.allowed_address_pairs.clear(); });
                        }};
  Packet nested = w.announcement();
  nested.eth_src = nested.arp->sender_mac = kNestedMac;
  Packet to_nested = w.to_shared(w.router);
  to_nested.eth_dst = kNestedMac;
  const Change router_pairs{
      "the router has a pair", [](NodeWorld& world) {
        world.world.edit<model::Port>(sample().router, [](auto& p) {
          p.allowed_address_pairs = {{.mac = kNestedMac, .ip = *IpPrefix::parse("10.0.0.15")}};
        });
      }};
  return {
      a_case("A MAC without a place is flooded to", {FromPort{w.router, w.to_shared(w.router)}}, kEverywhere),
      a_case("A shared address is where it was announced last",
             {FromPort{w.alice, w.announcement()}, FromPort{w.bob, w.announcement()},
              FromPort{w.router, w.to_shared(w.router)}},
             "dropped: no rule of bob"),
      a_case("A probe tells the place of its MAC too",
             {FromPort{w.alice, probe}, FromPort{w.router, w.to_shared(w.router)}},
             "dropped: no rule of alice"),
      a_case("A place goes with the pair",
             {FromPort{w.alice, w.announcement()}, no_pairs, FromPort{w.router, w.to_shared(w.router)}},
             kEverywhere),
      a_case("Pairs of a port without port security mean nothing",
             {FromPort{w.router, nested}, router_pairs, FromNode{"worker2", w.blue, to_nested}}, "to router"),
      a_case("A place behind a tunnel", {FromNode{"worker2", w.blue, nested}, FromPort{w.router, to_nested}},
             "to node worker2"),
      a_case("Places are of one network",
             {FromNode{"worker2", w.green, nested}, FromPort{w.router, to_nested}}, kEverywhere),
      a_case("Nobody reaches the node's own end of a tunnel",
             {FromPort{w.router, w.packet(w.router, w.alice, w.ip(w.router, "192.0.2.1", kUdp, 1024, 4789))}},
             "dropped: tunnel endpoint"),
      a_case("Tunnels inside networks are the tenants' own",
             {FromPort{w.router, w.packet(w.router, w.frank, w.ip(w.router, "10.0.0.3", kUdp, 1024, 4789))}},
             "dropped: no rule of frank"),
      a_case("Nothing comes from a node for a network without ports", {FromNode{"worker2", w.green, nested}},
             "dropped: unknown network"),
  };
}

/// Asks who has an address.
Event asks(const Uuid& port, const std::string& target, std::optional<IpAddress> source = std::nullopt) {
  const auto& w = sample();
  const auto wanted = *IpAddress::parse(target);
  const auto mac = w.world.mac_of(port);
  Packet packet{.eth_src = mac, .eth_dst = MacAddress::broadcast()};
  if (wanted.is_v4()) {
    packet.arp = Packet::Arp{1, mac, source.value_or(w.address_of(port, IpVersion::kV4)), wanted};
  } else {
    packet.eth_dst = MacAddress::from_u64(0x3333ff000000 + wanted.bytes().back());
    packet.ip = w.ip(port, "ff02::1:ff00:0", kIcmpv6);
    packet.ip->icmp_type = 135;
    if (source) packet.ip->source = *source;
    packet.neighbour.target = wanted;
    if (!packet.ip->source.is_unspecified()) packet.neighbour.link_layer = mac;
  }
  return FromPort{port, packet};
}

Event from_afar(Event event) {
  std::get<FromPort>(event).packet.ip->hop_limit = 254;
  return event;
}

Change alice_has(std::string what, std::vector<const char*> pairs) {
  return {std::move(what), [pairs](NodeWorld& world) {
            world.world.edit<model::Port>(sample().alice, [&](model::Port& p) {
              p.allowed_address_pairs.clear();
              for (const auto* ip : pairs) p.allowed_address_pairs.push_back({.ip = *IpPrefix::parse(ip)});
            });
          }};
}

/// Of addresses that the one who asks may use, too.
std::vector<NamedCase> answers_about_pairs() {
  const auto& w = sample();
  const auto wide = alice_has("alice has wide pairs", {"10.0.0.0/24", "::/0"});
  const auto taken = alice_has("alice has carol's addresses", {"10.0.0.9", "2001:db8::9"});
  constexpr std::string_view kFlooded = "to bob, frank, grace, router; to node worker2";
  return {
      a_case("What is known in a wide pair is answered", {wide, asks(w.alice, "10.0.0.254")},
             "answered with fa:16:3e:00:00:07 > fa:16:3e:00:00:01 arp op=2 sha=fa:16:3e:00:00:07 "
             "spa=10.0.0.254 tha=fa:16:3e:00:00:01 tpa=10.0.0.1"),
      a_case("So it is for IPv6", {wide, asks(w.alice, "2001:db8::9")},
             "answered with fa:16:3e:00:00:06 > fa:16:3e:00:00:01 ip 2001:db8::9 > 2001:db8::1 proto=58 "
             "type=136 code=0 target=2001:db8::9 option=fa:16:3e:00:00:06 solicited override"),
      a_case("What is not known is asked for", {wide, asks(w.alice, "10.0.0.77")}, kFlooded),
      a_case("A wide pair leaves its port its own address", {wide, asks(w.alice, "10.0.0.1")}, kFlooded),
      a_case("A pair of one address is own, whoever else has it", {taken, asks(w.alice, "10.0.0.9")},
             kFlooded),
      a_case("So is one of IPv6", {taken, asks(w.alice, "2001:db8::9")}, kFlooded),
  };
}

std::vector<NamedCase> answers() {
  const auto& w = sample();
  const auto nobody = IpAddress::v6({});
  return {
      a_case("Nodes answer ARP for ports of other nodes", {asks(w.alice, "10.0.0.9")},
             "answered with fa:16:3e:00:00:06 > fa:16:3e:00:00:01 arp op=2 sha=fa:16:3e:00:00:06 "
             "spa=10.0.0.9 tha=fa:16:3e:00:00:01 tpa=10.0.0.1"),
      a_case("Nodes answer solicitations for ports of other nodes", {asks(w.alice, "2001:db8::9")},
             "answered with fa:16:3e:00:00:06 > fa:16:3e:00:00:01 ip 2001:db8::9 > 2001:db8::1 proto=58 "
             "type=136 code=0 target=2001:db8::9 option=fa:16:3e:00:00:06 solicited override"),
      a_case("Ports with IPv6 have a link-local address", {asks(w.alice, "fe80::f816:3eff:fe00:6")},
             "answered with fa:16:3e:00:00:06 > fa:16:3e:00:00:01 ip fe80::f816:3eff:fe00:6 > 2001:db8::1 "
             "proto=58 type=136 code=0 target=fe80::f816:3eff:fe00:6 option=fa:16:3e:00:00:06 solicited "
             "override"),
      a_case("Ports without IPv6 have none that is known", {asks(w.alice, "fe80::f816:3eff:fe00:2")},
             "to bob, frank, grace, router; to node worker2"),
      a_case("Duplicates are told to all", {asks(w.router, "2001:db8::9", nobody)},
             "answered with fa:16:3e:00:00:06 > 33:33:00:00:00:01 ip 2001:db8::9 > ff02::1 proto=58 type=136 "
             "code=0 target=2001:db8::9 option=fa:16:3e:00:00:06 override"),
      a_case("Nobody is told that its own address is another's", {asks(w.alice, "2001:db8::1", nobody)},
             "to bob, frank, grace, router; to node worker2"),
      a_case("Discovery from afar is spoofed", {from_afar(asks(w.alice, "2001:db8::9"))},
             "dropped: spoofed ND of alice"),
      a_case("Nor is it answered to a port without port security", {from_afar(asks(w.router, "2001:db8::9"))},
             "to alice, bob, frank, grace; to node worker2"),
      a_case("Nodes answer ARP for the DHCP server", {asks(w.alice, "10.0.0.254")},
             "answered with fa:16:3e:00:00:07 > fa:16:3e:00:00:01 arp op=2 sha=fa:16:3e:00:00:07 "
             "spa=10.0.0.254 tha=fa:16:3e:00:00:01 tpa=10.0.0.1"),
      a_case(
          "The DHCP server answers pings, which need no rule",
          {FromPort{w.grace, w.packet(w.grace, w.dhcp4, icmp(w.grace, "10.0.0.254", 8))}},
          "answered with fa:16:3e:00:00:07 > fa:16:3e:00:00:04 ip 10.0.0.254 > 10.0.0.4 proto=1 hop limit 64 "
          "type=0 code=0"),
      a_case("It takes nothing else",
             {FromPort{w.router, w.packet(w.router, w.dhcp4, w.ip(w.router, "10.0.0.254", kTcp, 7, 80))}},
             "dropped: unknown destination"),
  };
}

std::vector<NamedCase> requests() {
  const auto& w = sample();
  const Packet::Ip dhcp4 = w.ip(w.alice, "255.255.255.255", kUdp, 68, 67);
  const Packet::Ip dhcp6 = w.ip(w.alice, "ff02::1:2", kUdp, 546, 547);
  Packet::Ip solicitation = w.ip(w.alice, "ff02::2", kIcmpv6);
  solicitation.icmp_type = 133;
  auto to_all = [&](const Packet::Ip& ip) {
    Packet packet = w.packet(w.alice, w.alice, ip);
    packet.eth_dst = MacAddress::broadcast();
    return FromPort{w.alice, packet};
  };
  auto of_size = [&](int length) {
    Packet packet = w.packet(w.alice, w.carol, w.ip(w.alice, "10.0.0.9", kTcp, 1024, 80));
    packet.length = length;
    return FromPort{w.alice, packet};
  };
  const Change disabled{
      "alice does without DHCP", [](NodeWorld& world) {
        world.world.edit<model::Port>(sample().alice, [](model::Port& p) {
          p.extra_dhcp_opts = {{.name = "dhcp_disabled", .value = "true", .version = IpVersion::kV4}};
        });
      }};
  const Change slaac{
      "the subnet has SLAAC", [](NodeWorld& world) {
        const auto subnet = *model::served_subnet(*world.intent().find<model::Port>(sample().dhcp6));
        world.world.edit<model::Subnet>(
            subnet, [](model::Subnet& s) { s.ipv6_ra_mode = s.ipv6_address_mode = model::Ipv6Mode::kSlaac; });
      }};
  constexpr std::string_view kToAll =
      "to router; to node worker2; dropped: no rule of bob, no rule of frank, no rule of grace";
  return {
      a_case("DHCP goes to the agent", {to_all(dhcp4)}, "to the agent (DHCP)"),
      a_case("Not from a port that does without", {disabled, to_all(dhcp4)}, kToAll),
      a_case("Versions are apart", {disabled, to_all(dhcp6)}, "to the agent (DHCPv6)"),
      a_case("SLAAC needs no DHCPv6", {slaac, to_all(dhcp6)}, kToAll),
      a_case("But advertisements", {slaac, to_all(solicitation)}, "to the agent (router solicitation)"),
      a_case("As large as the MTU is not too big", {of_size(1450)}, "to node worker2"),
      a_case("One byte more is", {of_size(1451)}, "to the agent (too big); dropped: too big of alice"),
  };
}

}  // namespace

std::vector<NamedCase> named_cases() {
  auto cases = connections();
  for (auto part : {places, answers, answers_about_pairs, requests})
    for (auto& more : part()) cases.push_back(std::move(more));
  return cases;
}

}  // namespace weft::reference
