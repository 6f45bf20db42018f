#include "neutron/list.h"

namespace weft::neutron {
namespace {

/// Ids that are well-formed; the others match nothing.
model::IdSet ids_of(const Filter& filter) {
  model::IdSet ids;
  for (const auto& value : filter.values)
    if (auto id = Uuid::parse(value)) ids.insert(*id);
  return ids;
}

/// The union of an index's sets over all ids of a filter.
template <typename Lookup>
model::IdSet joined(const Filter& filter, const Lookup& lookup) {
  model::IdSet all;
  for (const auto& id : ids_of(filter)) {
    const auto& found = lookup(id);
    all.insert(found.begin(), found.end());
  }
  return all;
}

template <typename T>
std::vector<model::Ref<T>> everything(const model::Intent& intent) {
  std::vector<model::Ref<T>> objects;
  objects.reserve(intent.all<T>().size());
  for (const auto& [id, object] : intent.all<T>()) objects.push_back(object);
  return objects;
}

template <typename T>
std::vector<model::Ref<T>> by_id_or_name(const model::Intent& intent, const ListQuery& query) {
  if (const auto* filter = query.filter("id")) return from_ids<T>(intent, ids_of(*filter));
  const auto* filter = query.filter("name");
  if (filter && filter->values.size() == 1)
    return from_ids<T>(intent, intent.named<T>(filter->values.front()));
  return everything<T>(intent);
}

bool narrows(const ListQuery& query) {
  return query.filter("id") || query.filter("name");
}

struct AddressFilter {
  std::vector<std::string> ips, substrings, subnets;
};

/// fixed_ips=ip_address=A and fixed_ips=subnet_id=S: values of one kind are alternatives, kinds must hold
/// together.
AddressFilter parse_address_filter(const Filter& filter) {
  AddressFilter parsed;
  for (const auto& value : filter.values) {
    auto equals = value.find('=');
    auto kind = value.substr(0, equals);
    auto wanted = equals == std::string::npos ? std::string() : value.substr(equals + 1);
    auto& list = kind == "subnet_id"           ? parsed.subnets
                 : kind == "ip_address_substr" ? parsed.substrings
                                               : parsed.ips;
    list.push_back(wanted);
  }
  return parsed;
}

template <typename Predicate>
bool none_or_any(const std::vector<std::string>& wanted, const Predicate& predicate) {
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), predicate);
}

bool matches(const AddressFilter& filter, const model::Address& address) {
  auto ip = address.ip.to_string(), subnet = address.subnet.to_string();
  return none_or_any(filter.ips, [&](const auto& wanted) { return wanted == ip; }) &&
         none_or_any(filter.substrings,
                     [&](const auto& part) { return ip.find(part) != std::string::npos; }) &&
         none_or_any(filter.subnets, [&](const auto& wanted) { return wanted == subnet; });
}

bool has_fixed_ip(const View<model::Port>& view, const Filter& filter) {
  auto wanted = parse_address_filter(filter);
  auto addresses = view.intent.fixed_ips(view.object.id);
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const auto& address) { return matches(wanted, address); });
}

bool is_member(const View<model::Port>& view, const Filter& filter) {
  auto wanted = ids_of(filter);
  auto groups = view.intent.groups_of_port(view.object.id);
  return std::any_of(groups.begin(), groups.end(),
                     [&](const auto& group) { return wanted.count(group) > 0; });
}

}  // namespace

template <>
std::vector<model::Ref<model::Network>> candidates(const model::Intent& intent, const ListQuery& query) {
  return by_id_or_name<model::Network>(intent, query);
}

template <>
std::vector<model::Ref<model::Subnet>> candidates(const model::Intent& intent, const ListQuery& query) {
  const auto* network = query.filter("network_id");
  if (!network || narrows(query)) return by_id_or_name<model::Subnet>(intent, query);
  return from_ids<model::Subnet>(intent,
                                 joined(*network, [&](const Uuid& id) { return intent.subnets_of(id); }));
}

template <>
std::vector<model::Ref<model::Port>> candidates(const model::Intent& intent, const ListQuery& query) {
  if (narrows(query)) return by_id_or_name<model::Port>(intent, query);
  const auto* host = query.filter("binding:host_id");
  if (host && host->values.size() == 1 && !host->values.front().empty())
    return from_ids<model::Port>(intent, intent.ports_on(host->values.front()));
  if (const auto* network = query.filter("network_id"))
    return from_ids<model::Port>(intent,
                                 joined(*network, [&](const Uuid& id) { return intent.ports_of(id); }));
  return everything<model::Port>(intent);
}

template <>
std::vector<model::Ref<model::SecurityGroup>> candidates(const model::Intent& intent,
                                                         const ListQuery& query) {
  return by_id_or_name<model::SecurityGroup>(intent, query);
}

template <>
std::vector<model::Ref<model::SecurityGroupRule>> candidates(const model::Intent& intent,
                                                             const ListQuery& query) {
  if (const auto* filter = query.filter("id"))
    return from_ids<model::SecurityGroupRule>(intent, ids_of(*filter));
  const auto* group = query.filter("security_group_id");
  if (!group) return everything<model::SecurityGroupRule>(intent);
  return from_ids<model::SecurityGroupRule>(
      intent, joined(*group, [&](const Uuid& id) { return intent.rules_of(id); }));
}

template <>
std::vector<model::Ref<model::AddressGroup>> candidates(const model::Intent& intent, const ListQuery& query) {
  return by_id_or_name<model::AddressGroup>(intent, query);
}

template <>
std::vector<model::Ref<model::Node>> candidates(const model::Intent& intent, const ListQuery&) {
  return everything<model::Node>(intent);
}

template <>
std::optional<bool> special_match(const View<model::Port>& view, const Filter& filter) {
  if (filter.name == "fixed_ips") return has_fixed_ip(view, filter);
  if (filter.name == "security_groups") return is_member(view, filter);
  return std::nullopt;
}

template <>
bool is_special_filter<model::Port>(std::string_view name) {
  return name == "fixed_ips" || name == "security_groups";
}

}  // namespace weft::neutron
