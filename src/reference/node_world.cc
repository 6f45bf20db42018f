#include "reference/node_world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace weft::reference {
namespace {

template <typename T>
std::string name_of(const Uuid& id, const NodeWorld& world) {
  const auto object = world.intent().find<T>(id);
  return object ? object->name : id.to_string();
}

std::string to_text(const Packet::Ip& ip) {
  static constexpr std::string_view kFragments[] = {"", " first fragment", " later fragment"};
  std::string text = fmt::format("ip {} > {} proto={}{}", ip.source.to_string(), ip.destination.to_string(),
                                 ip.protocol, kFragments[static_cast<int>(ip.fragment)]);
  if (ip.hop_limit != 255) text += fmt::format(" hop limit {}", ip.hop_limit);
  if (is_icmp(ip)) return text + fmt::format(" type={} code={}", ip.icmp_type, ip.icmp_code);
  return text + fmt::format(" ports {} > {}", ip.source_port, ip.destination_port);
}

std::string to_text(const Packet& p) {
  std::string text =
      fmt::format("{} > {}{} ", p.eth_src.to_string(), p.eth_dst.to_string(), p.tagged ? " tagged" : "");
  if (p.length > 0) text += fmt::format("{} bytes ", p.length);
  if (p.arp)
    text += fmt::format("arp op={} sha={} spa={} tha={} tpa={}", p.arp->operation,
                        p.arp->sender_mac.to_string(), p.arp->sender_ip.to_string(),
                        p.arp->target_mac.to_string(), p.arp->target_ip.to_string());
  if (!p.ip) return text;
  text += to_text(*p.ip);
  if (is_solicitation(*p.ip) || is_advertisement(*p.ip))
    text += fmt::format(" target={} option={}{}{}{}", p.neighbour.target.to_string(),
                        p.neighbour.link_layer ? p.neighbour.link_layer->to_string() : "none",
                        p.neighbour.router ? " router" : "", p.neighbour.solicited ? " solicited" : "",
                        p.neighbour.override ? " override" : "");
  if (p.quoted) text += fmt::format(" about [{}]", to_text(*p.quoted));
  return text;
}

}  // namespace

Place NodeWorld::place() const {
  Place place{.node = node, .plugged = {}, .tunnels = {}, .tunnel_ips = {tunnel_ip}};
  for (const auto& port : local) place.plugged.insert(port.port);
  for (const auto& tunnel : tunnels) place.tunnels.insert({tunnel.encapsulation, tunnel.node});
  return place;
}

void NodeWorld::plug(const Uuid& port) {
  if (!intent().find<model::Port>(port) || place().plugged.contains(port)) return;
  const auto position = std::find(ports.begin(), ports.end(), port) - ports.begin();
  const auto number = static_cast<std::uint16_t>(10 + position);
  local.push_back({.port = port, .interface = fmt::format("p{}", number), .ofport = number, .zone = number});
}

void NodeWorld::unplug(const Uuid& port) {
  std::erase_if(local, [&](const auto& plugged) { return plugged.port == port; });
}

const Packet* packet_of(const Event& event) {
  if (const auto* e = std::get_if<FromPort>(&event)) return &e->packet;
  if (const auto* e = std::get_if<FromNode>(&event)) return &e->packet;
  return nullptr;
}

std::string to_text(const Event& event, const NodeWorld& world) {
  if (const auto* e = std::get_if<FromPort>(&event))
    return fmt::format("{}: {}", name_of<model::Port>(e->port, world), to_text(e->packet));
  if (const auto* e = std::get_if<FromNode>(&event))
    return fmt::format("from {} in {}: {}", e->node, name_of<model::Network>(e->network, world),
                       to_text(e->packet));
  return std::get<Change>(event).text;
}

std::string to_text(const Verdict& v, const NodeWorld& world) {
  std::vector<std::string> parts, drops, delivered;
  for (const auto& port : v.delivered) delivered.push_back(name_of<model::Port>(port, world));
  for (const auto& [reason, port] : v.drops)
    drops.push_back(std::string(to_string(reason)) +
                    (port ? " of " + name_of<model::Port>(*port, world) : ""));
  if (v.answer) parts.push_back("answered with " + to_text(*v.answer));
  for (const Request request : v.to_agent)
    parts.push_back(fmt::format("to the agent ({})", to_string(request)));
  if (!delivered.empty()) parts.push_back(fmt::format("to {}", fmt::join(delivered, ", ")));
  if (!v.sent_to.empty()) parts.push_back(fmt::format("to node {}", fmt::join(v.sent_to, ", ")));
  if (!drops.empty()) parts.push_back(fmt::format("dropped: {}", fmt::join(drops, ", ")));
  return parts.empty() ? "nowhere" : fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace weft::reference
