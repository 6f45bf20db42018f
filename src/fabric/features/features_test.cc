#include "fabric/features/arp.h"
#include "fabric/features/classify.h"
#include "fabric/features/distributed_port.h"
#include "fabric/features/drop_samples.h"
#include "fabric/features/l2.h"
#include "fabric/features/misses.h"
#include "fabric/features/neighbour_answers.h"
#include "fabric/features/neighbour_security.h"
#include "fabric/features/packet_size.h"
#include "fabric/features/places.h"
#include "fabric/features/port_security.h"
#include "fabric/features/requests.h"
#include "fabric/features/security_group_rules.h"
#include "fabric/features/security_groups.h"
#include "fabric/golden_test.h"

namespace weft::fabric {
namespace {

using model::Direction;
using model::Encapsulation;

constexpr NetworkKey kBlue = network_key(Encapsulation::kVxlan, 100);
constexpr std::uint32_t kWeb = 0x3ea, kDefault = 0xdee;

PortView port(
    std::vector<const char*> addresses, std::function<void(model::Port&)> edit = [](model::Port&) {}) {
  model::Port row;
  row.mac = *MacAddress::parse("fa:16:3e:00:00:01");
  edit(row);
  PortView view{.port = std::make_shared<const model::Port>(row), .network = kBlue, .ofport = 11, .zone = 7};
  for (const char* address : addresses) view.addresses.push_back(*IpAddress::parse(address));
  return view;
}

PortView with_groups(PortView view, std::vector<std::uint32_t> groups) {
  view.groups = std::move(groups);
  return view;
}

model::AddressPair pair(const char* ip, const char* mac = nullptr) {
  model::AddressPair pair{.mac = {}, .ip = *IpPrefix::parse(ip)};
  if (mac) pair.mac = MacAddress::parse(mac);
  return pair;
}

void without_security(model::Port& row) {
  row.port_security_enabled = false;
}

model::SecurityGroupRule rule(Direction direction, std::optional<int> protocol, std::optional<int> min = {},
                              std::optional<int> max = {}) {
  model::SecurityGroupRule rule;
  rule.direction = direction;
  rule.protocol = protocol;
  rule.port_range_min = min;
  rule.port_range_max = max;
  return rule;
}

TEST(Classify, KnowsPortsAndTunnels) {
  Golden()
      .add("a port without a group", classify_port(port({"10.0.0.11"})))
      .add("a port with a group", classify_port(with_groups(port({"10.0.0.11"}), {kWeb})))
      .add("a port without port security", classify_port(port({}, without_security)))
      .add("a VXLAN tunnel", classify_tunnel({Encapsulation::kVxlan, "worker2", 21}))
      .add("a Geneve tunnel", classify_tunnel({Encapsulation::kGeneve, "worker2", 22}))
      .expect("classify");
}

TEST(PortSecurity, LetsAPortSpeakWithItsOwnAddressesOnly) {
  Golden()
      .add("one address", port_security(port({"10.0.0.11"})))
      .add("no address: DHCP and IPv6 link-local only", port_security(port({})))
      .add("two versions of IP", port_security(port({"10.0.0.11", "2001:db8::11"})))
      .add("allowed address pairs: a prefix, and another MAC",
           port_security(port(
               {"10.0.0.11"},
               [](model::Port& row) {
                 row.allowed_address_pairs = {pair("172.16.0.0/16"), pair("10.0.0.100", "00:00:5e:00:01:0a")};
               })))
      .add("without port security", port_security(port({"10.0.0.11"}, without_security)))
      .add("neighbour discovery, the same on every node", neighbour_security_pipeline())
      .expect("port_security");
}

TEST(PacketSize, IsTheNetworksMtuAndAHeader) {
  Golden()
      .add("a network's MTU", network_mtu(kBlue, 1450))
      .add("a port's packets that are too big", too_big(port({"10.0.0.11"})))
      .expect("packet_size");
  EXPECT_FALSE(network_mtu(kBlue, 65520).empty());
  EXPECT_TRUE(network_mtu(kBlue, 65521).empty()) << "no frame is larger";
}

TEST(LocalServices, AnswerAddressQuestionsAndCatchRequests) {
  Golden()
      .add("requests of both versions of DHCP and for routers",
           requests(*port({"10.0.0.11"}).port, 11, {.dhcp4 = true, .dhcp6 = true, .routers = true}))
      .add("neighbour solicitations, the same on every node", neighbour_answers_pipeline())
      .add("neighbour solicitations for a port", neighbour_answers(port({"10.0.0.11", "2001:db8::11"})))
      .add("a port's own addresses of IPv6 are never answered to it",
           neighbour_own_addresses(port({"10.0.0.11", "2001:db8::11"},
                                        [](model::Port& row) {
                                          row.allowed_address_pairs = {
                                              pair("2001:db8:1::/64"), pair("2001:db8::100"),
                                              pair("10.0.0.100", "00:00:5e:00:01:0a")};
                                        })))
      .add("a distributed port", distributed_port(port({"10.0.0.2", "2001:db8::2"})))
      .add("ARP for a port", arp_answers(port({"10.0.0.11", "2001:db8::11"})))
      .add("a port's own addresses are never answered to it",
           arp_own_addresses(port({"10.0.0.11"},
                                  [](model::Port& row) {
                                    row.allowed_address_pairs = {pair("10.0.0.100"), pair("10.0.0.0/24")};
                                  })))
      .expect("local_services");
  EXPECT_TRUE(neighbour_answers(port({"10.0.0.11"})).empty())
      << "a link-local address of a port without IPv6";
}

TEST(L2, FindsPortsNodesAndFloods) {
  Golden()
      .add("the same on every node", l2_pipeline())
      .add("a local port", l2_local(with_groups(port({"10.0.0.11"}), {kWeb})))
      .add("a port behind a tunnel", l2_remote(port({"10.0.0.11"}), {Encapsulation::kVxlan, "worker2", 21}))
      .add("a port that is down", l2_down(port({})))
      .add("a port without a way to it", l2_absent(port({})))
      .add("flood to two ports", flood_to_ports(kBlue, {11, 12}))
      .add("flood to two nodes", flood_to_nodes(kBlue, {21, 23}))
      .add("flood in a network that is only here", flood_to_nodes(kBlue, {}))
      .expect("l2");
}

TEST(SecurityGroups, ShareTheSamePipeline) {
  Golden().add("the same on every node", policy_pipeline()).expect("policy");
}

TEST(SecurityGroups, APortAsksItsGroups) {
  PortView fast = with_groups(port({"10.0.0.11"}), {kWeb});
  fast.stateless = true;
  Golden()
      .add("two groups", policy_of_port(with_groups(port({"10.0.0.11"}), {kWeb, kDefault})))
      .add("a stateless group", policy_of_port(fast))
      .add("no group", policy_of_port(port({"10.0.0.11"})))
      .add("no port security: nothing", policy_of_port(with_groups(port({}, without_security), {kWeb})))
      .expect("policy_port");
}

model::SecurityGroupRule v6(model::SecurityGroupRule rule) {
  rule.ethertype = IpVersion::kV6;
  return rule;
}
model::SecurityGroupRule from(model::SecurityGroupRule rule, const char* prefix) {
  rule.remote_prefix = IpPrefix::parse(prefix);
  return rule;
}
model::SecurityGroupRule of_group(model::SecurityGroupRule rule) {
  rule.remote_group = Uuid::random();
  return rule;
}
model::SecurityGroupRule of_address_group(model::SecurityGroupRule rule) {
  rule.remote_address_group = Uuid::random();
  return rule;
}

Golden rules(RuleForm form) {
  constexpr auto in = Direction::kIngress, out = Direction::kEgress;
  auto flows = [form](const model::SecurityGroupRule& rule) {
    const bool has_remote = rule.remote_group || rule.remote_address_group;
    return flows_of_rule(rule, form, kWeb, has_remote ? kDefault : 0);
  };
  return Golden()
      .add("anything out", flows(rule(out, {})))
      .add("tcp 80 in", flows(rule(in, 6, 80, 80)))
      .add("udp 1000-1999 in", flows(rule(in, 17, 1000, 1999)))
      .add("sctp 5000 out, to IPv6", flows(v6(rule(out, 132, 5000, 5000))))
      .add("icmp in", flows(rule(in, 1)))
      .add("icmp echo request in", flows(rule(in, 1, 8, 0)))
      .add("icmp unreachable in: a type that nothing answers", flows(rule(in, 1, 3)))
      .add("icmp in an IPv6 rule is ICMPv6", flows(v6(rule(in, 1, 128))))
      .add("protocol 4 in", flows(rule(in, 4)))
      .add("tcp 22 in, from a prefix", flows(from(rule(in, 6, 22), "192.168.0.0/16")))
      .add("anything out, to a prefix", flows(from(rule(out, {}), "192.168.0.0/16")))
      .add("anything in, from 0.0.0.0/0", flows(from(rule(in, {}), "0.0.0.0/0")))
      .add("a prefix of the other IP version allows nothing", flows(from(v6(rule(in, {})), "10.0.0.0/8")))
      .add("ports of a protocol whose ports a switch can't see: nothing", flows(rule(in, 33, 5, 5)))
      .add("tcp 8000-8001 in, from a group", flows(of_group(rule(in, 6, 8000, 8001))))
      .add("anything out, to a group", flows(of_group(rule(out, {}))))
      .add("tcp 22 in, from an address group", flows(of_address_group(rule(in, 6, 22))))
      .add("the remote group, in", flows_of_remote(kDefault, form, in))
      .add("its member, in", flows_of_member(kBlue, *IpPrefix::parse("10.0.0.13"), kDefault, form, in))
      .add("its member, out", flows_of_member(kBlue, *IpPrefix::parse("10.0.0.13"), kDefault, form, out))
      .add("its member of IPv6, in",
           flows_of_member(kBlue, *IpPrefix::parse("2001:db8::13"), kDefault, form, in))
      .add("a prefix of an address group, in",
           flows_of_entry(*IpPrefix::parse("192.0.2.0/24"), kDefault, form, in));
}

TEST(SecurityGroupRules, OfStatefulGroupsLookAtTheConnection) {
  rules(RuleForm::kStateful).expect("rules_stateful");
}

TEST(SecurityGroupRules, OfStatelessGroupsLookAtThePacket) {
  rules(RuleForm::kStateless).expect("rules_stateless");
}

TEST(Places, AreLearnedFromAnnouncementsAndAskedForUnknownMacs) {
  Golden()
      .add("the same on every node", places_pipeline())
      .add("what other nodes announce in a network", announcements_in(kBlue, Uuid{}))
      .add("samples of all drops", sample_all_drops())
      .add("samples of a port's drops", sample_drops_of(11))
      .add("samples of a MAC's drops",
           sample_drops_of(NetworkKey{0x100004d}, MacAddress::from_u64(0xfa163e000001)))
      .expect("places");
}

TEST(Misses, AreExplicitInEveryTable) {
  EXPECT_EQ(misses().size(), kTables.size());
  Golden().add("every table", misses()).expect("misses");
}

TEST(NetworkKey, DiffersByEncapsulation) {
  EXPECT_NE(network_key(Encapsulation::kVxlan, 100), network_key(Encapsulation::kGeneve, 100));
  EXPECT_EQ(network_key(Encapsulation::kVxlan, model::kMaxVni).value, 0x1ffffffu);
}

}  // namespace
}  // namespace weft::fabric
