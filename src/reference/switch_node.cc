#include "reference/switch_node.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "fabric/packet_in.h"
#include "fabric/registers.h"
#include "openflow/wire.h"
#include "reference/frame.h"

namespace weft::reference {
namespace {

using openflow::Bits;
using openflow::Field;
using openflow::FlowMod;

constexpr std::uint32_t kFirstPort = 9, kLastPort = 20;  // NodeWorld::plug; 9 carries no port
constexpr std::uint16_t kVxlanPort = 4789, kGenevePort = 6081;
constexpr std::uint64_t kNodeMac = 0x020000000000;
constexpr std::uint32_t kUnderlay = 0xc0000200;  // 192.0.2.0
constexpr std::uint16_t kSettledType = 0x88b6;   // IEEE 802 local experimental; packets have the other one
constexpr std::uint8_t kSettled = 0xff;
constexpr std::uint32_t kUnlimited = 1000000;

struct TunnelPort {
  std::uint32_t number;
  std::string_view type;
  int node;  ///< worker2 has 192.0.2.2
};
constexpr TunnelPort kTunnels[] = {
    {101, "vxlan", 2}, {102, "geneve", 2}, {103, "vxlan", 3}, {104, "geneve", 3}};

std::string left_by(std::uint32_t port) {
  return fmt::format("to port {}", port);
}
std::string left_by_tunnel(std::uint32_t port, std::uint64_t key) {
  return fmt::format("to tunnel {} of {}", port, key);
}
std::string came_back(openflow::ByteView frame) {
  return fmt::format("answered {:02x}", fmt::join(frame, ""));
}
std::string told(std::uint8_t kind, std::uint64_t reason, std::uint64_t port) {
  const bool drop = kind == static_cast<std::uint8_t>(fabric::PacketInKind::kDrop);
  return drop ? fmt::format("dropped: {} at {}", reason, port) : fmt::format("to the agent: {}", kind);
}

std::uint64_t part(const Bits& value, const fabric::RegisterField& field) {
  return value.lo >> field.low & ((1ULL << field.count) - 1);
}
std::uint64_t part(const openflow::Packet& packet, const fabric::RegisterField& field) {
  const auto found = packet.find(field.field());
  return found == packet.end() ? 0 : part(found->second, field);
}
std::uint64_t part(const openflow::PacketIn& packet, const fabric::RegisterField& field) {
  const auto* found = packet.metadata.find(field.field());
  return found ? part(found->value, field) : 0;
}

/// Nothing for the port of an interface.
const TunnelPort* tunnel_at(std::uint32_t port) {
  const auto* tunnel = std::ranges::find(kTunnels, port, &TunnelPort::number);
  return tunnel == std::end(kTunnels) ? nullptr : tunnel;
}

/// A frame in its tunnel, as it comes from the underlay.
net::Frame in_tunnel(const net::Frame& frame, const TunnelPort& tunnel, std::uint64_t key,
                     const MacAddress& to) {
  const bool vxlan = tunnel.type == "vxlan";
  net::Frame payload;
  openflow::Writer w(payload);
  w.u32(vxlan ? 0x08000000 : 0x00006558);  // RFC 7348: there is a VNI; RFC 8926: Ethernet, no options
  w.u32(static_cast<std::uint32_t>(key << 8));
  w.bytes(frame);
  const std::uint16_t port = vxlan ? kVxlanPort : kGenevePort;
  const auto node = static_cast<std::uint32_t>(tunnel.node);
  return net::build_udp({MacAddress::from_u64(kNodeMac + node), IpAddress::v4(kUnderlay + node), port},
                        {to, IpAddress::v4(kUnderlay + 1), port}, payload);
}

/// A frame in its tunnel, as it leaves for the underlay.
std::string tunnelled(openflow::ByteView frame) {
  constexpr std::size_t kOuterIp = 14, kOuterUdp = 34, kTunnelHeader = 42;
  openflow::Reader node(frame.subspan(kOuterIp + 19)), port(frame.subspan(kOuterUdp + 2));
  openflow::Reader key(frame.subspan(kTunnelHeader + 4));  // of VXLAN and of Geneve
  const int to = node.u8();
  const std::string_view type = port.u16() == kVxlanPort ? "vxlan" : "geneve";
  for (const auto& tunnel : kTunnels)
    if (tunnel.node == to && tunnel.type == type) return left_by_tunnel(tunnel.number, key.u32() >> 8);
  return "to nobody";
}

/// Frames of every interface but the loopback, whose OpenFlow would fill the socket before it is read.
int open_wire() {
  const int wire = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
  sock_filter not_loopback[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_IFINDEX)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, if_nametoindex("lo"), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, ~0U),
  };
  const sock_fprog program{std::size(not_loopback), not_loopback};
  sockaddr_ll everywhere{};
  everywhere.sll_family = AF_PACKET;
  everywhere.sll_protocol = htons(ETH_P_ALL);
  if (setsockopt(wire, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0 ||
      bind(wire, reinterpret_cast<const sockaddr*>(&everywhere), sizeof everywhere) != 0)
    throw std::runtime_error("no raw socket");
  return wire;
}

/// Says that the switch has done what came before it on its way.
net::Frame settling_frame() {
  net::Frame frame;
  openflow::Writer w(frame);
  w.zeros(12);
  w.u16(kSettledType);
  w.zeros(46);
  return frame;
}

openflow::Flow settling_flow() {
  openflow::Match match;
  match.set(Field::kEthType, kSettledType);
  return {.key = {.table = 0, .priority = 0xffff, .match = match},
          .actions = {openflow::Controller{.userdata = {kSettled}}}};
}

}  // namespace

void note(const openflow::Outcome& outcome, const Packet& packet, std::uint32_t ingress, std::uint16_t mark,
          Sightings& sightings) {
  for (const auto& sent : outcome.sent) {
    if (sent.port == openflow::kPortController)
      sightings.insert(told(sent.userdata.at(0), part(sent.packet, fabric::kDropReason),
                            part(sent.packet, fabric::kOutPort)));
    else if (sent.port == ingress)
      sightings.insert(came_back(frame_of(answer_from(sent.packet, packet), mark)));
    else if (tunnel_at(sent.port))
      sightings.insert(left_by_tunnel(sent.port, sent.packet.at(Field::kTunId).lo));
    else
      sightings.insert(left_by(sent.port));
  }
}

SwitchNode::SwitchNode() {
  make_ports();
  // As the agent does. Open vSwitch's own least are 1,200 and 1,280 bytes.
  for (const std::string_view version : {"v4", "v6"})
    real.run(fmt::format("ovs-appctl dpctl/ipf-set-min-frag netdev@ovs-netdev {} 400", version));
  wire_ = open_wire();
  make_meters();
}

SwitchNode::~SwitchNode() {
  close(wire_);
}

void SwitchNode::make_meters() {
  std::vector<openflow::Meter> meters = {{fabric::kDropMeter, kUnlimited, kUnlimited}};
  for (auto port = kFirstPort; port <= kLastPort; ++port)
    for (auto id : {fabric::request_meter(port), fabric::too_big_meter(port)})
      meters.push_back({id, kUnlimited, kUnlimited});
  if (!await(connection->set_meters(std::move(meters)))) throw std::runtime_error("no meters");
}

void SwitchNode::make_ports() {
  real.run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
  real.run("ovs-vsctl add-br br-phy -- set bridge br-phy datapath_type=netdev");
  real.add_port("br-phy", "uplink", 1);
  real.run(
      "ovs-vsctl set interface uplink mtu_request=2000");  // for what is too big, with a tunnel's headers
  real.run("ip address add 192.0.2.1/24 dev br-phy && ip link set br-phy up");
  underlay_mac_ = *MacAddress::parse(real.run("ovs-vsctl get interface br-phy mac_in_use").substr(1, 17));
  for (auto port = kFirstPort; port <= kLastPort; ++port)
    real.add_port("br-test", fmt::format("p{}", port), static_cast<std::uint16_t>(port));
  for (const auto& [number, type, node] : kTunnels) {
    real.run(
        fmt::format("ovs-vsctl add-port br-test {1}{2} -- set interface {1}{2} type={1} "
                    "ofport_request={0} options:remote_ip=192.0.2.{2} options:key=flow",
                    number, type, node));
    real.run(fmt::format("ovs-appctl tnl/neigh/set br-phy 192.0.2.{0} 02:00:00:00:00:0{0}", node));
  }
}

void SwitchNode::clear() {
  ASSERT_TRUE(await(connection->apply({{.command = FlowMod::Command::kDelete,
                                        .flow = {.key = {.table = 0xff}, .cookie = 0, .actions = {}}}})));
  ASSERT_TRUE(await(connection->apply(openflow::additions({settling_flow()}))));
  for (auto zone = kFirstPort; zone <= kLastPort; ++zone)
    ASSERT_TRUE(await(connection->flush_zone(static_cast<std::uint16_t>(zone))));
}

void SwitchNode::apply(const fabric::FlowDelta& delta) {
  constexpr auto kWhole = std::numeric_limits<std::uint64_t>::max();
  std::vector<FlowMod> changes;
  for (auto cookie : delta.forget)
    changes.push_back(
        {FlowMod::Command::kDelete,
         {.key = {.table = fabric::number(fabric::Table::kPlaces)}, .cookie = cookie, .actions = {}},
         kWhole});
  for (const auto& key : delta.remove)
    changes.push_back({FlowMod::Command::kDeleteStrict, {.key = key, .cookie = 0, .actions = {}}});
  for (const auto& flow : delta.add_or_replace) changes.push_back({FlowMod::Command::kAdd, flow});
  const auto applied = await(connection->apply(std::move(changes)));
  ASSERT_TRUE(applied) << applied.error().message;
  forget_decisions();
}

void SwitchNode::receive(const net::Frame& frame, std::uint32_t ingress, std::uint64_t tunnel_key) {
  if (const auto* tunnel = tunnel_at(ingress))
    put_on("uplink", in_tunnel(frame, *tunnel, tunnel_key, underlay_mac_));
  else
    put_on(fmt::format("p{}", ingress), frame);
}

void SwitchNode::put_on(const std::string& interface, const net::Frame& frame) {
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
  const auto sent =
      sendto(wire_, frame.data(), frame.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  ASSERT_EQ(sent, static_cast<ssize_t>(frame.size())) << interface;
}

Sightings SwitchNode::send(const std::vector<net::Frame>& frames, std::uint32_t ingress,
                           std::uint64_t tunnel_key, const Sightings& expected) {
  packets.clear();
  for (const auto& frame : frames) receive(frame, ingress, tunnel_key);
  receive(settling_frame(), ingress, tunnel_key);
  run_until([this] { return !packets.empty() && packets.back().userdata.at(0) == kSettled; });
  packets.pop_back();
  Sightings sightings;
  for (const auto& packet : packets)
    sightings.insert(
        told(packet.userdata.at(0), part(packet, fabric::kDropReason), part(packet, fabric::kOutPort)));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  do note_frames(ingress, sightings);
  while (sightings.size() < expected.size() && std::chrono::steady_clock::now() < deadline);
  return sightings;
}

void SwitchNode::forget_decisions() {
  real.run("ovs-appctl revalidator/purge");
}

std::optional<SwitchNode::Heard> SwitchNode::next_frame() {
  std::array<std::uint8_t, 2048> buffer;
  sockaddr_ll from{};
  socklen_t size = sizeof from;
  const auto length =
      recvfrom(wire_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
  if (length < 0) return std::nullopt;
  char name[IF_NAMESIZE] = "";
  if (from.sll_pkttype != PACKET_OUTGOING) if_indextoname(static_cast<unsigned>(from.sll_ifindex), name);
  return Heard{name, {buffer.begin(), buffer.begin() + length}};
}

void SwitchNode::note_frames(std::uint32_t ingress, Sightings& sightings) {
  while (const auto heard = next_frame()) {
    const auto& [interface, frame] = *heard;
    if (interface == "uplink") sightings.insert(tunnelled(frame));
    if (!interface.starts_with('p')) continue;
    const auto port = static_cast<std::uint32_t>(std::stoul(interface.substr(1)));
    sightings.insert(port == ingress ? came_back(frame) : left_by(port));
  }
}

}  // namespace weft::reference
