#include "fabric/switch_world.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <regex>
#include <sstream>
#include <stdexcept>

#include "fabric/pipeline.h"

namespace weft::fabric {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;
constexpr std::size_t kLargestFrame = 2000;

void require(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error(what);
}

/// Hears what comes to an interface, for a while.
int open_wire(const std::string& interface) {
  const int wire = socket(AF_PACKET, SOCK_RAW, 0);
  sockaddr_ll here{};
  here.sll_family = AF_PACKET;
  here.sll_protocol = htons(ETH_P_ALL);
  here.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
  const timeval patience{.tv_sec = std::chrono::seconds(kPatience).count(), .tv_usec = 0};
  setsockopt(wire, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  require(bind(wire, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0, "can't hear " + interface);
  return wire;
}

/// What Open vSwitch does with a packet that is not larger than it may be: it plans for both.
std::string without_oversized(const std::string& datapath_actions) {
  std::string rest = datapath_actions;
  for (auto start = rest.find("gt("); start != std::string::npos; start = rest.find("gt(")) {
    auto end = start + 2;
    int depth = 0;
    do {
      depth += rest.at(end) == '(' ? 1 : rest.at(end) == ')' ? -1 : 0;
      ++end;
    } while (depth > 0);
    rest.erase(start, end - start);
  }
  return rest;
}

}  // namespace

SwitchWorld::SwitchWorld() {
  openflow::Listener::Handlers handlers;
  handlers.connected = [this](std::shared_ptr<openflow::Connection> c) { connection_ = std::move(c); };
  handlers.disconnected = [](const std::shared_ptr<openflow::Connection>&) {};
  handlers.packet_in = [this](const std::shared_ptr<openflow::Connection>&, openflow::PacketIn packet) {
    packet_ins_.push_back(std::move(packet));
  };
  auto listener = openflow::Listener::open(io_.get_executor(), "127.0.0.1", 0, handlers, metrics_);
  require(listener.has_value(), "no listener");
  listener_ = std::move(*listener);
  real_.add_bridge("br-int", listener_->port());
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!connection_ && std::chrono::steady_clock::now() < deadline) io_.run_one_for(1s);
  require(connection_ != nullptr, "the switch does not connect");
  add_ports();
  apply(example.compiler.difference({}));
}

void SwitchWorld::add_ports() {
  real_.run("ovs-vsctl add-br br-phy -- set bridge br-phy datapath_type=netdev");
  real_.run("ovs-vsctl add-port br-phy uplink -- set interface uplink type=internal");
  real_.run("ip addr add 192.0.2.1/24 dev br-phy && ip link set br-phy up && ip link set uplink up");
  for (auto ofport : {ExampleWorld::kAlice, ExampleWorld::kBob, ExampleWorld::kDave, ExampleWorld::kRouter,
                      ExampleWorld::kFrank, ExampleWorld::kGrace}) {
    real_.run(fmt::format(
        "ovs-vsctl add-port br-int p{0} -- set interface p{0} type=internal ofport_request={0}", ofport));
    real_.run(fmt::format("ip link set p{} up", ofport));
  }
  struct TunnelPort {
    const char* type;
    int node;
    std::uint32_t ofport;
  };
  for (const auto& [type, node, ofport] :
       {TunnelPort{"vxlan", 2, ExampleWorld::kVxlanToWorker2}, TunnelPort{"vxlan", 3, kVxlanToWorker3},
        TunnelPort{"geneve", 2, ExampleWorld::kGeneveToWorker2}}) {
    real_.run(
        fmt::format("ovs-vsctl add-port br-int {0}{1} -- set interface {0}{1} type={0} ofport_request={2} "
                    "options:remote_ip=192.0.2.{1} options:key=flow",
                    type, node, ofport));
    real_.run(fmt::format("ovs-appctl tnl/neigh/set br-phy 192.0.2.{0} 02:00:00:00:00:0{0}", node));
  }
}

template <typename T>
Result<T> SwitchWorld::await(Task<T> task) {
  std::optional<Result<T>> result;
  asio::co_spawn(io_, std::move(task),
                 [&](std::exception_ptr, Result<T> r) { result.emplace(std::move(r)); });
  while (!result && io_.run_one_for(kPatience) > 0) {
  }
  return result ? std::move(*result) : Result<T>(fail(Errc::kTimeout, "the operation never ended"));
}

void SwitchWorld::apply(const FlowDelta& delta) {
  std::vector<openflow::FlowMod> mods;
  for (auto cookie : delta.forget) {
    mods.push_back({openflow::FlowMod::Command::kDelete,
                    {.key = {.table = number(Table::kPlaces)}, .cookie = cookie, .actions = {}},
                    ~std::uint64_t{0}});
  }
  for (const auto& key : delta.remove) {
    mods.push_back({openflow::FlowMod::Command::kDeleteStrict, {.key = key, .cookie = 0, .actions = {}}});
  }
  for (const auto& flow : delta.add_or_replace) mods.push_back({openflow::FlowMod::Command::kAdd, flow});
  auto set = await(connection_->set_meters(delta.set_meters));
  require(set.has_value(), set ? "" : set.error().message);
  auto applied = await(connection_->apply(std::move(mods)));
  require(applied.has_value(), applied ? "" : applied.error().message);
  auto deleted = await(connection_->delete_meters(delta.delete_meters));
  require(deleted.has_value(), deleted ? "" : deleted.error().message);
}

std::vector<openflow::MeterStats> SwitchWorld::meters() {
  auto stats = await(connection_->meter_stats());
  require(stats.has_value(), stats ? "" : stats.error().message);
  return *stats;
}

std::vector<openflow::PacketIn> SwitchWorld::take_packet_ins(std::uint32_t ofport, std::size_t count) {
  auto is_other = [ofport](const openflow::PacketIn& packet) {
    const auto* port = packet.metadata.find(openflow::Field::kInPort);
    return !port || port->value.lo != ofport;
  };
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::erase_if(packet_ins_, is_other);
  while (packet_ins_.size() < count && std::chrono::steady_clock::now() < deadline) {
    io_.run_one_for(1s);
    std::erase_if(packet_ins_, is_other);
  }
  require(packet_ins_.size() >= count, "no packet comes up");
  return std::exchange(packet_ins_, {});
}

void SwitchWorld::update() {
  example.compiler.intent_changed(example.world.take_changes());
  apply(example.compiler.compile());
}

void SwitchWorld::forget_packets() const {
  real_.run("ovs-appctl revalidator/purge");
}

std::vector<openflow::Flow> SwitchWorld::installed() {
  auto stats = await(connection_->dump_flows());
  require(stats.has_value(), stats ? "" : stats.error().message);
  std::vector<openflow::Flow> flows;
  for (auto& one : *stats) flows.push_back(std::move(one.flow));
  return flows;
}

void SwitchWorld::send_on(const std::string& interface, const net::Frame& frame, std::size_t times) {
  const int wire = socket(AF_PACKET, SOCK_RAW, 0);
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
  bool all_sent = true;
  for (std::size_t n = 0; n < times; ++n) {
    const auto sent =
        sendto(wire, frame.data(), frame.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    all_sent &= sent == static_cast<ssize_t>(frame.size());
  }
  close(wire);
  require(all_sent, "a frame is lost on " + interface);
}

void SwitchWorld::receive(const net::Frame& frame, std::uint32_t ofport, std::size_t times) {
  send_on(fmt::format("p{}", ofport), frame, times);
}

net::Frame SwitchWorld::receive_and_hear(const net::Frame& frame, std::uint32_t ofport, std::uint32_t at,
                                         const MacAddress& from) {
  const int wire = open_wire(fmt::format("p{}", at));
  receive(frame, ofport);
  net::Frame heard;
  do {
    heard.resize(kLargestFrame);
    const auto size = recv(wire, heard.data(), heard.size(), 0);
    heard.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  } while (!heard.empty() && !std::equal(from.bytes.begin(), from.bytes.end(), heard.begin() + 6));
  close(wire);
  require(!heard.empty(), fmt::format("nothing comes out of p{}", at));
  return heard;
}

void SwitchWorld::receive_from_node(const net::Frame& frame, int node, std::uint32_t vni) {
  constexpr std::uint32_t kUnderlay = 0xc0000200;  // 192.0.2.0
  constexpr std::uint16_t kVxlanPort = 4789;
  std::vector<std::uint8_t> payload{8, 0, 0, 0};  // RFC 7348: the VNI is there
  for (int shift : {16, 8, 0}) payload.push_back(static_cast<std::uint8_t>(vni >> shift));
  payload.push_back(0);
  payload.insert(payload.end(), frame.begin(), frame.end());
  if (!underlay_mac_)
    underlay_mac_ = MacAddress::parse(real_.run("ovs-vsctl get interface br-phy mac_in_use").substr(1, 17));
  const auto number = static_cast<std::uint32_t>(node);
  send_on("uplink", net::build_udp({MacAddress::from_u64(0x020000000000 + number),
                                    IpAddress::v4(kUnderlay + number), kVxlanPort},
                                   {*underlay_mac_, IpAddress::v4(kUnderlay + 1), kVxlanPort}, payload));
}

std::string SwitchWorld::trace(const std::string& packet, const std::vector<std::string>& ct_states) const {
  std::string command = "ovs-appctl ofproto/trace --names br-int '" + packet + "'";
  for (const auto& state : ct_states) command += " --ct-next '" + state + "'";
  return real_.run(command);
}

std::set<std::string> SwitchWorld::outputs(const std::string& packet,
                                           const std::vector<std::string>& ct_states) const {
  static const std::regex kPlaces(R"(\bp\d+\b|vni=0x[0-9a-f]+|userspace\([^)]*controller)");
  const std::string text = trace(packet, ct_states);
  require(text.find("Datapath actions:") != std::string::npos, text);
  std::set<std::string> places;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("Datapath actions:")) continue;
    line = without_oversized(line);
    for (auto it = std::sregex_iterator(line.begin(), line.end(), kPlaces); it != std::sregex_iterator();
         ++it) {
      const std::string place = it->str();
      if (place.starts_with("vni="))
        places.insert(fmt::format("tunnel:{}", std::stoul(place.substr(4), nullptr, 16)));
      else
        places.insert(place.starts_with('p') ? place : "controller");
    }
  }
  return places;
}

SwitchWorld& InSwitch::sw() {
  static auto world = std::make_unique<SwitchWorld>();
  return *world;
}

}  // namespace weft::fabric
