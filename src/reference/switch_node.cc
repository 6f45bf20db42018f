#include "reference/switch_node.h"

#include <arpa/inet.h>
#include <fmt/format.h>
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

namespace weft::reference {
namespace {

using openflow::Bits;
using openflow::Field;
using openflow::FlowMod;

constexpr std::uint32_t kFirstPort = 9, kLastPort = 20;  // NodeWorld::plug; 9 carries no port
constexpr std::uint16_t kVxlanPort = 4789, kGenevePort = 6081;
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
std::string came_back(std::uint64_t sender_mac) {
  return fmt::format("answered by {:012x}", sender_mac);
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

bool is_tunnel(std::uint32_t port) {
  return std::any_of(std::begin(kTunnels), std::end(kTunnels),
                     [&](const TunnelPort& tunnel) { return tunnel.number == port; });
}

}  // namespace

void note(const openflow::Outcome& outcome, std::uint32_t ingress, Sightings& sightings) {
  for (const auto& sent : outcome.sent) {
    if (sent.port == openflow::kPortController)
      sightings.insert(told(sent.userdata.at(0), part(sent.packet, fabric::kDropReason),
                            part(sent.packet, fabric::kOutPort)));
    else if (sent.port == ingress)
      sightings.insert(came_back(sent.packet.at(Field::kArpSha).lo));
    else if (is_tunnel(sent.port))
      sightings.insert(left_by_tunnel(sent.port, sent.packet.at(Field::kTunId).lo));
    else
      sightings.insert(left_by(sent.port));
  }
}

SwitchNode::SwitchNode() {
  make_ports();
  wire_ = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
  if (wire_ < 0) throw std::runtime_error("no raw socket");
  if (!await(connection->set_meter(fabric::kDropMeter, kUnlimited, kUnlimited)))
    throw std::runtime_error("no meter");
}

SwitchNode::~SwitchNode() {
  close(wire_);
}

void SwitchNode::make_ports() {
  real.run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
  real.run("ovs-vsctl add-br br-phy -- set bridge br-phy datapath_type=netdev");
  real.add_port("br-phy", "uplink", 1);
  real.run("ip address add 192.0.2.1/24 dev br-phy && ip link set br-phy up");
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
  real.run("ovs-appctl revalidator/purge");  // what the datapath remembers of the old flows
}

/// What the agent is sent comes in order.
void SwitchNode::settle() {
  connection->packet_out(net::Frame(60), openflow::kPortController,
                         {openflow::Controller{.userdata = {kSettled}}});
  run_until([this] { return !packets.empty() && packets.back().userdata.at(0) == kSettled; });
  packets.pop_back();
}

Sightings SwitchNode::send(const std::vector<net::Frame>& frames, std::uint32_t ingress,
                           std::uint64_t tunnel_key, const Sightings& expected) {
  std::vector<openflow::Action> actions{openflow::Resubmit{0}};
  if (tunnel_key)
    actions.insert(actions.begin(), openflow::SetField{Field::kTunId, tunnel_key, Bits::ones(64)});
  packets.clear();
  for (const auto& frame : frames) connection->packet_out(frame, ingress, actions);
  settle();
  Sightings sightings;
  for (const auto& packet : packets)
    sightings.insert(
        told(packet.userdata.at(0), part(packet, fabric::kDropReason), part(packet, fabric::kOutPort)));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  do note_frames(ingress, sightings);
  while (sightings.size() < expected.size() && std::chrono::steady_clock::now() < deadline);
  return sightings;
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
    openflow::Reader sender(openflow::ByteView(frame).subspan(std::min<std::size_t>(22, frame.size())));
    sightings.insert(port == ingress ? came_back(sender.bits(6).lo) : left_by(port));
  }
}

}  // namespace weft::reference
