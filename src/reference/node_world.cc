#include "reference/node_world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace weft::reference {
namespace {

/// Ids of worlds end in a number.
std::string short_id(const Uuid& id) {
  return id.to_string().substr(30);
}

std::string to_text(const Packet::Ip& ip) {
  static constexpr std::string_view kFragments[] = {"", " first fragment", " later fragment"};
  std::string text = fmt::format("ip {} > {} proto={}{}", ip.source.to_string(), ip.destination.to_string(),
                                 ip.protocol, kFragments[static_cast<int>(ip.fragment)]);
  if (is_icmp(ip)) return text + fmt::format(" type={} code={}", ip.icmp_type, ip.icmp_code);
  return text + fmt::format(" ports {} > {}", ip.source_port, ip.destination_port);
}

std::string to_text(const Packet& p) {
  std::string text =
      fmt::format("{} > {}{} ", p.eth_src.to_string(), p.eth_dst.to_string(), p.tagged ? " tagged" : "");
  if (p.arp)
    text += fmt::format("arp op={} sha={} spa={} tpa={}", p.arp->operation, p.arp->sender_mac.to_string(),
                        p.arp->sender_ip.to_string(), p.arp->target_ip.to_string());
  if (!p.ip) return text;
  text += to_text(*p.ip);
  if (is_solicitation(*p.ip) || is_advertisement(*p.ip))
    text += fmt::format(" target={} option={}", p.neighbour.target.to_string(),
                        p.neighbour.link_layer ? p.neighbour.link_layer->to_string() : "none");
  if (p.quoted) text += fmt::format(" about [{}]", to_text(*p.quoted));
  return text;
}

}  // namespace

Place NodeWorld::place() const {
  Place place{.node = node, .plugged = {}, .tunnels = {}};
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

std::string to_text(const Event& event) {
  if (const auto* e = std::get_if<FromPort>(&event))
    return fmt::format("port {}: {}", short_id(e->port), to_text(e->packet));
  if (const auto* e = std::get_if<FromNode>(&event))
    return fmt::format("from {} in {}: {}", e->node, short_id(e->network), to_text(e->packet));
  return std::get<Change>(event).text;
}

std::string to_text(const Verdict& v) {
  std::vector<std::string> delivered, drops;
  for (const auto& port : v.delivered) delivered.push_back(short_id(port));
  for (const auto& [reason, port] : v.drops)
    drops.push_back(fmt::format("{}{}", to_string(reason), port ? " of " + short_id(*port) : ""));
  return fmt::format("{}{}delivered=[{}] sent_to=[{}] dropped=[{}]",
                     v.answer ? "answered with " + v.answer->to_string() + " " : "",
                     v.to_agent ? "to the agent " : "", fmt::join(delivered, " "), fmt::join(v.sent_to, " "),
                     fmt::join(drops, ", "));
}

}  // namespace weft::reference
