#include "fabric/cookie.h"

#include <fmt/format.h>

#include "fabric/hash.h"

namespace weft::fabric {
namespace {

constexpr int kKindShift = 56;

template <typename T>
std::string named(const model::Intent& intent, const Uuid& id) {
  auto object = intent.find<T>(id);
  return object && !object->name.empty() ? fmt::format("{} ({})", object->name, id.to_string())
                                         : id.to_string();
}

std::string ports_of(const model::SecurityGroupRule& rule) {
  if (!rule.port_range_min) return "";
  if (!rule.port_range_max || rule.port_range_max == rule.port_range_min)
    return fmt::format(" {}", *rule.port_range_min);
  return fmt::format(" {}-{}", *rule.port_range_min, *rule.port_range_max);
}

std::string protocol_of(const model::SecurityGroupRule& rule) {
  if (!rule.protocol) return "any";
  return rule.protocol_name.empty() ? std::to_string(*rule.protocol) : rule.protocol_name;
}

std::string describe_rule(const Uuid& id, const model::Intent& intent) {
  auto rule = intent.find<model::SecurityGroupRule>(id);
  if (!rule) return id.to_string();
  std::string remote;
  if (rule->remote_group)
    remote = " remote group " + named<model::SecurityGroup>(intent, *rule->remote_group);
  if (rule->remote_address_group)
    remote = " remote address group " + named<model::AddressGroup>(intent, *rule->remote_address_group);
  if (rule->remote_prefix) remote = " remote " + rule->remote_prefix->to_string();
  return fmt::format("{} {}{}{} of group {} ({})", model::to_string(rule->direction), protocol_of(*rule),
                     ports_of(*rule), remote, named<model::SecurityGroup>(intent, rule->group),
                     id.to_string());
}

std::string describe_member(const Uuid& id, const model::Intent& intent) {
  auto member = intent.find<model::GroupMember>(id);
  if (!member) return id.to_string();
  return fmt::format("port {} of group {}", named<model::Port>(intent, member->port),
                     named<model::SecurityGroup>(intent, member->group));
}

std::string describe_entry(const Uuid& id, const model::Intent& intent) {
  auto entry = intent.find<model::AddressGroupEntry>(id);
  if (!entry) return id.to_string();
  return fmt::format("{} of address group {}", entry->prefix.to_string(),
                     named<model::AddressGroup>(intent, entry->address_group));
}

std::string describe_object(const Owner& owner, const model::Intent& intent) {
  switch (owner.kind) {
    case ObjectKind::kPipeline:
      return "";
    case ObjectKind::kTunnel:
      return owner.name;
    case ObjectKind::kNetwork:
      return named<model::Network>(intent, owner.id);
    case ObjectKind::kPort:
      return named<model::Port>(intent, owner.id);
    case ObjectKind::kRule:
      return describe_rule(owner.id, intent);
    case ObjectKind::kRemoteGroup:
      return intent.find<model::AddressGroup>(owner.id) ? named<model::AddressGroup>(intent, owner.id)
                                                        : named<model::SecurityGroup>(intent, owner.id);
    case ObjectKind::kMember:
      return describe_member(owner.id, intent);
    case ObjectKind::kAddressGroupEntry:
      return describe_entry(owner.id, intent);
  }
  return "";
}

}  // namespace

std::string_view to_string(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kPipeline:
      return "pipeline";
    case ObjectKind::kTunnel:
      return "tunnel";
    case ObjectKind::kNetwork:
      return "network";
    case ObjectKind::kPort:
      return "port";
    case ObjectKind::kRule:
      return "rule";
    case ObjectKind::kRemoteGroup:
      return "remote group";
    case ObjectKind::kMember:
      return "member";
    case ObjectKind::kAddressGroupEntry:
      return "address";
  }
  return "pipeline";
}

std::string tunnel_name(model::Encapsulation encapsulation, const std::string& node) {
  return std::string(model::to_string(encapsulation)) + '/' + node;
}

std::uint64_t cookie_of(const Owner& owner) {
  const std::uint64_t hash = fnv1a(owner.name, fnv1a(owner.id));
  return static_cast<std::uint64_t>(owner.kind) << kKindShift | hash >> 8;
}

ObjectKind kind_of(std::uint64_t cookie) {
  const auto kind = (cookie & ~kDropCookieBit) >> kKindShift;
  return kind > static_cast<std::uint64_t>(ObjectKind::kAddressGroupEntry) || kind == 0
             ? ObjectKind::kPipeline
             : static_cast<ObjectKind>(kind);
}

std::string describe(const Owner& owner, const model::Intent& intent) {
  const std::string object = describe_object(owner, intent);
  return object.empty() ? std::string(to_string(owner.kind))
                        : fmt::format("{} {}", to_string(owner.kind), object);
}

}  // namespace weft::fabric
