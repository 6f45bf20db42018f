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

WantedRule wanted_rule(const DropView& view, const net::IpHeaders& ip, std::string group) {
  const bool reply = view.sample.reply;
  WantedRule rule{.group = std::move(group),
                  .direction = direction_of(view),
                  .ethertype = ip.source.version(),
                  .protocol = ip.protocol,
                  .remote = remote_of(view, is_outgoing(view) ? ip.destination : ip.source)};
  rule.port = reply ? ip.source_port : ip.destination_port;
  if (!ip.icmp_type) return rule;
  rule.icmp_type = reply ? opening_type(*ip.icmp_type) : *ip.icmp_type;
  rule.icmp_code = ip.icmp_code.value_or(0);
  return rule;
}

std::string group_list(const std::vector<model::Ref<model::SecurityGroup>>& groups) {
  std::string text = groups.size() == 1 ? "group " : "groups ";
  for (const auto& group : groups) text += (group == groups.front() ? "" : ", ") + text_of_object(*group);
  return text;
}

/// The port has no group: one of its project, and the rule in it.
Explanation explain_no_group(const DropView& view) {
  Explanation out{.object = view.port_text() + ", which has no security group",
                  .why = "without a group only ARP, neighbour discovery and DHCP pass"};
  const auto fallback = view.port ? view.intent.default_group_of(view.port->project_id) : nullptr;
  const auto group = fallback ? word_of(view.intent, *fallback) : std::string("GROUP");
  auto command = "openstack port set --security-group " + group + ' ' + view.port_word();
  if (const auto* ip = view.ip()) command += " && " + rule_command(wanted_rule(view, *ip, group));
  out.remedies.push_back({.text = "give it a group that allows the packet", .commands = {command}});
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
  auto rule = wanted_rule(view, *ip, word_of(view.intent, *groups.front()));
  out.remedies.push_back({.text = "allow it", .commands = {rule_command(rule)}});
  return out;
}

}  // namespace weft::cli
