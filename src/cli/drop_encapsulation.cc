// The other way out for pods behind instances: tunnelled, their packets have the instances' own addresses.

#include <fmt/format.h>

#include <algorithm>

#include "cli/drop_view.h"
#include "cli/openstack.h"

namespace weft::cli {
namespace {

constexpr IpVersion kOuter = IpVersion::kV4;

bool has_member(const DropView& view, const Uuid& address_group, const IpAddress& address) {
  return std::ranges::any_of(view.intent.entries_of(address_group), [&](const Uuid& id) {
    auto entry = view.intent.find<model::AddressGroupEntry>(id);
    return entry && entry->prefix.contains(address);
  });
}

/// Is the other instance in the rule's remote?
bool reaches(const DropView& view, const model::SecurityGroupRule& rule) {
  if (!rule.remote_prefix && !rule.remote_group && !rule.remote_address_group) return true;
  if (rule.remote_prefix && rule.remote_prefix->length() == 0) return true;
  if (!view.other) return false;
  if (rule.remote_group)
    return std::ranges::count(view.intent.groups_of_port(view.other->id), *rule.remote_group) > 0;
  return std::ranges::any_of(view.intent.fixed_ips(view.other->id), [&](const model::Address& address) {
    return rule.remote_prefix ? rule.remote_prefix->contains(address.ip)
                              : has_member(view, *rule.remote_address_group, address.ip);
  });
}

bool lets_out(const DropView& view, const model::SecurityGroupRule& rule, int protocol) {
  return rule.direction == model::Direction::kEgress && rule.ethertype == kOuter &&
         rule.protocol.value_or(protocol) == protocol && reaches(view, rule);
}

bool may_send(const DropView& view, int protocol) {
  return std::ranges::any_of(view.groups_of(view.port), [&](const auto& group) {
    return std::ranges::any_of(view.intent.rules_of(group->id), [&](const Uuid& id) {
      auto rule = view.intent.find<model::SecurityGroupRule>(id);
      return rule && lets_out(view, *rule, protocol);
    });
  });
}

}  // namespace

Remedy encapsulate(const DropView& view, const IpAddress& inner) {
  const int protocol = inner.is_v4() ? net::kProtocolIpip : net::kProtocolIpv6;
  Remedy remedy{.text = fmt::format("or let the instances encapsulate it ({}), and allow that",
                                    inner.is_v4() ? "IPIP" : "IPv6 in IPv4")};
  const auto senders = view.groups_of(view.port), receivers = view.groups_of(view.other);
  if (senders.empty() || (view.other && receivers.empty())) {
    remedy.text += ": both ports need a security group for it first";
    return remedy;
  }
  const auto named = protocol_of_rule(kOuter, protocol);
  if (!named) remedy.text += fmt::format(" (no IPv4 rule can name protocol {}: any)", protocol);
  const auto source = word_of(view.intent, *senders.front());
  const auto target = receivers.empty() ? source : word_of(view.intent, *receivers.front());
  auto command = rule_command({.group = target, .protocol = named, .remote = "--remote-group " + source});
  if (!may_send(view, protocol)) {
    command += " && " + rule_command({.group = source,
                                      .direction = model::Direction::kEgress,
                                      .protocol = named,
                                      .remote = "--remote-group " + target});
  }
  remedy.commands = {command};
  return remedy;
}

}  // namespace weft::cli
