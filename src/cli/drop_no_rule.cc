// Drops for want of a rule: the rule that would be enough, for exactly this packet.

#include <fmt/format.h>

#include "cli/drop_view.h"
#include "cli/openstack.h"

namespace weft::cli {
namespace {

using model::Direction;

bool is_outgoing(const DropView& view) {
  return view.sample.reason->side == fabric::DropSide::kSender;
}

/// The direction in which the connection was opened: a reply needs the rule that its connection needs.
Direction direction_of(const DropView& view) {
  return is_outgoing(view) != view.sample.reply ? Direction::kEgress : Direction::kIngress;
}

/// What the connection's first packet had in place of this type (RFC 792, RFC 4443).
int opening_type(int type) {
  switch (type) {
    case 0:
      return 8;
    case 14:
      return 13;
    case 16:
      return 15;
    case 129:
      return 128;
    default:
      return type;
  }
}

/// A group of the other end, when it is a port with one; else its address.
std::string remote_of(const DropView& view, const IpAddress& far) {
  const auto groups = view.groups_of(view.other);
  if (!groups.empty() && view.has_address(view.other, far))
    return "--remote-group " + word_of(view.intent, *groups.front());
  return fmt::format("--remote-ip {}/{}", far.to_string(), far.width());
}

/// Of DCCP and UDP-Lite the switch sees none: a rule with ports allows nothing.
bool shows_ports(int protocol) {
  return protocol == net::kProtocolTcp || protocol == net::kProtocolUdp || protocol == net::kProtocolSctp;
}

WantedRule wanted_rule(const DropView& view, const net::IpHeaders& ip, std::string group) {
  const bool reply = view.sample.reply;
  WantedRule rule{.group = std::move(group),
                  .direction = direction_of(view),
                  .ethertype = ip.source.version(),
                  .protocol = protocol_of_rule(ip.source.version(), ip.protocol),
                  .remote = remote_of(view, is_outgoing(view) ? ip.destination : ip.source)};
  if (shows_ports(ip.protocol)) rule.port = reply ? ip.source_port : ip.destination_port;
  if (!ip.icmp_type || !rule.protocol) return rule;
  rule.icmp_type = reply ? opening_type(*ip.icmp_type) : *ip.icmp_type;
  rule.icmp_code = ip.icmp_code.value_or(0);
  return rule;
}

std::string group_list(const std::vector<model::Ref<model::SecurityGroup>>& groups) {
  std::string text = groups.size() == 1 ? "group " : "groups ";
  for (const auto& group : groups) text += (group == groups.front() ? "" : ", ") + text_of_object(*group);
  return text;
}

/// What more the rule allows than the packet.
std::string width_of(const net::IpHeaders& ip, const WantedRule& rule) {
  if (!rule.protocol)
    return fmt::format(" (no {} rule can name protocol {}: this allows every protocol)",
                       ip.source.is_v4() ? "IPv4" : "IPv6", ip.protocol);
  if (ip.destination_port && !rule.port && !ip.later_fragment)
    return " (the switch can't see this protocol's ports: this allows all)";
  return "";
}

/// 0 in a rule means any protocol, and the tracker keeps no addresses of connections of protocol 0.
bool has_no_rule(const net::IpHeaders& ip, const model::SecurityGroup& group) {
  return ip.protocol == 0 && group.stateful;
}

/// The port has no group: one of its project, and the rule in it.
Explanation explain_no_group(const DropView& view) {
  Explanation out{.object = view.port_text() + ", which has no security group",
                  .why = "without a group only ARP, neighbour discovery and DHCP pass"};
  const auto fallback = view.port ? view.intent.default_group_of(view.port->project_id) : nullptr;
  const auto group = fallback ? word_of(view.intent, *fallback) : std::string("GROUP");
  auto command = "openstack port set --security-group " + group + ' ' + view.port_word();
  const auto* ip = view.ip();
  if (ip && ip->protocol != 0) command += " && " + rule_command(wanted_rule(view, *ip, group));
  out.remedies.push_back({.text = fallback ? "give it a group that allows the packet"
                                           : "give it a group, here GROUP, that allows the packet",
                          .commands = {command}});
  return out;
}

}  // namespace

Explanation explain_no_rule(const DropView& view) {
  const auto groups = view.groups_of(view.port);
  if (groups.empty()) return explain_no_group(view);
  Explanation out{
      .object = view.port_text() + ", " + group_list(groups),
      .why = fmt::format("no {} rule of its groups allows {}", model::to_string(direction_of(view)),
                         view.sample.reply ? "the connection that this answers" : "it")};
  const auto* ip = view.ip();
  if (!ip) return out;
  if (view.sample.related) {
    out.why = "it is an error about a connection that no rule of its groups allows";
    out.remedies.push_back({.text = "a rule that allows the connection allows its errors", .commands = {}});
    return out;
  }
  if (has_no_rule(*ip, *groups.front())) {
    out.remedies.push_back({.text =
                                "no rule can name protocol 0, which stands for any: only a rule for every "
                                "protocol from and to everywhere would let it through",
                            .commands = {}});
    return out;
  }
  auto rule = wanted_rule(view, *ip, word_of(view.intent, *groups.front()));
  out.remedies.push_back({.text = "allow it" + width_of(*ip, rule), .commands = {rule_command(rule)}});
  return out;
}

}  // namespace weft::cli
