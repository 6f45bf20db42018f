#include "fabric/hosting.h"

#include <algorithm>
#include <utility>

#include "model/subnet_services.h"

namespace weft::fabric {
namespace {

template <typename Map>
auto* find_in(Map& map, const Uuid& id) {
  auto it = map.find(id);
  return it == map.end() ? nullptr : &it->second;
}

/// Calls `use` with the object before and after the change, those that exist.
template <typename T, typename Use>
void each_side(const model::ChangeOf<T>& change, Use use) {
  if (change.before) use(*change.before);
  if (change.after) use(*change.after);
}

bool same_for_flows(const model::Port& a, const model::Port& b) {
  return a.network == b.network && a.mac == b.mac && a.admin_state_up == b.admin_state_up &&
         a.host == b.host && a.port_security_enabled == b.port_security_enabled &&
         a.allowed_address_pairs == b.allowed_address_pairs &&
         model::served_subnet(a) == model::served_subnet(b);
}

bool same_for_flows(const model::Network& a, const model::Network& b) {
  return a.encapsulation == b.encapsulation && a.vni == b.vni && a.admin_state_up == b.admin_state_up;
}

bool same_requests(const model::Port& a, const model::Port& b) {
  constexpr ServedRequests kAll{true, true, true};
  return a.mac == b.mac && a.port_security_enabled == b.port_security_enabled &&
         served_to(a, kAll) == served_to(b, kAll);
}

/// Both sides exist and differ in nothing that a flow shows, but for what they have units of their own for.
template <typename T>
bool is_idle(const model::ChangeOf<T>& change) {
  return change.before && change.after && same_for_flows(*change.before, *change.after);
}

}  // namespace

void Hosting::plug(const LocalPort& port) {
  auto [it, is_new] = plugged_.try_emplace(port.port, port);
  if (!is_new && it->second == port) return;
  it->second = port;
  touch_port(port.port);
}

void Hosting::unplug(const Uuid& port) {
  if (plugged_.erase(port) != 0) touch_port(port);
}

void Hosting::intent_changed(const model::Change& change) {
  std::visit([this](const auto& c) { changed(c); }, change);
}

void Hosting::tunnel_changed(model::Encapsulation encapsulation, const std::string& node) {
  for (const auto& [network, ports] : networks_) {
    const auto row = intent_.find<model::Network>(network);
    if (row && row->encapsulation == encapsulation && intent_.hosts_of(network).contains(node)) {
      mark({UnitKind::kFloodToNodes, network});
    }
  }
  for (const auto& port : intent_.ports_on(node)) mark({UnitKind::kPort, port});
}

void Hosting::changed(const model::ChangeOf<model::Network>& change) {
  if (change.before && change.after && change.before->mtu != change.after->mtu)
    mark({UnitKind::kNetwork, change.after->id});
  if (is_idle(change)) return;
  each_side(change, [this](const model::Network& network) {
    touch_network(network.id);
    for (const auto& port : intent_.ports_of(network.id)) stale_ports_.insert(port);
  });
}

void Hosting::changed(const model::ChangeOf<model::Subnet>& change) {
  each_side(change, [this](const model::Subnet& subnet) { stale_services_.insert(subnet.network); });
}

void Hosting::changed(const model::ChangeOf<model::Port>& change) {
  if (change.before && change.after && !same_requests(*change.before, *change.after))
    mark({UnitKind::kRequests, change.after->id});
  if (is_idle(change)) return;
  each_side(change, [this](const model::Port& port) {
    touch_port(port.id);
    touch_members_of_port(port.id);
    mark({UnitKind::kFloodToNodes, port.network});
  });
}

void Hosting::changed(const model::ChangeOf<model::Address>& change) {
  each_side(change, [this](const model::Address& address) {
    mark({UnitKind::kPort, address.port});
    touch_members_of_port(address.port);
  });
}

void Hosting::changed(const model::ChangeOf<model::SecurityGroupRule>& change) {
  each_side(change, [this](const model::SecurityGroupRule& rule) {
    stale_rules_.insert(rule.id);
    mark({UnitKind::kRule, rule.id});
  });
}

void Hosting::changed(const model::ChangeOf<model::SecurityGroup>& change) {
  const bool was = !change.before || change.before->stateful;
  const bool is = !change.after || change.after->stateful;
  if (was == is) return;
  const Uuid& id = change.after ? change.after->id : change.before->id;
  for (const auto& rule : intent_.rules_of(id)) stale_rules_.insert(rule);
  touch_rules_of(id);
  touch_ports_of_group(id);
}

void Hosting::changed(const model::ChangeOf<model::AddressGroupEntry>& change) {
  each_side(change, [this](const model::AddressGroupEntry& entry) { mark({UnitKind::kEntry, entry.id}); });
}

void Hosting::changed(const model::ChangeOf<model::GroupMember>& change) {
  each_side(change, [this](const model::GroupMember& member) {
    touch_port(member.port);
    mark({UnitKind::kMember, member.id});
  });
}

void Hosting::touch_port(const Uuid& port) {
  stale_ports_.insert(port);
  mark({UnitKind::kPort, port});
}

void Hosting::touch_members_of_port(const Uuid& port) {
  for (const auto& member : intent_.memberships_of_port(port)) mark({UnitKind::kMember, member});
}

void Hosting::touch_members_of_remote(const Uuid& remote) {
  for (const auto& member : intent_.memberships_of_group(remote)) mark({UnitKind::kMember, member});
  for (const auto& entry : intent_.entries_of(remote)) mark({UnitKind::kEntry, entry});
}

void Hosting::touch_network(const Uuid& network) {
  for (auto kind : {UnitKind::kNetwork, UnitKind::kFloodToPorts, UnitKind::kFloodToNodes})
    mark({kind, network});
  for (const auto& port : intent_.ports_of(network)) {
    mark({UnitKind::kPort, port});
    touch_members_of_port(port);
  }
}

void Hosting::touch_rules_of(const Uuid& group) {
  for (const auto& rule : intent_.rules_of(group)) mark({UnitKind::kRule, rule});
}

void Hosting::touch_ports_of_group(const Uuid& group) {
  for (const auto& [port, hosted] : hosted_) {
    if (hosted.groups.contains(group)) mark({UnitKind::kPort, port});
  }
}

void Hosting::rekey(const Uuid& group) {
  touch_ports_of_group(group);
  touch_rules_of(group);
  for (const auto& rule : intent_.rules_with_remote(group)) mark({UnitKind::kRule, rule});
  for (const auto& rule : intent_.rules_with_address_group(group)) mark({UnitKind::kRule, rule});
  mark({UnitKind::kRemoteGroup, group});
  touch_members_of_remote(group);
}

std::optional<HostedPort> Hosting::evaluate_port(const Uuid& id) const {
  const auto* local = plugged(id);
  const auto port = intent_.find<model::Port>(id);
  if (!local || !port || port->host != node_ || !port->admin_state_up) return std::nullopt;
  const auto network = intent_.find<model::Network>(port->network);
  if (!network || !network->admin_state_up) return std::nullopt;
  const auto groups = intent_.groups_of_port(id);
  return HostedPort{port->network, local->ofport, {groups.begin(), groups.end()}};
}

RuleForm Hosting::form_of(const Uuid& group) const {
  const auto row = intent_.find<model::SecurityGroup>(group);
  return row && !row->stateful ? RuleForm::kStateless : RuleForm::kStateful;
}

std::optional<ActiveRule> Hosting::evaluate_rule(const Uuid& id) const {
  const auto rule = intent_.find<model::SecurityGroupRule>(id);
  if (!rule || !groups_.contains(rule->group)) return std::nullopt;
  return ActiveRule{rule->direction, rule->remote_group ? rule->remote_group : rule->remote_address_group,
                    form_of(rule->group)};
}

void Hosting::refresh_port(const Uuid& port) {
  auto now = evaluate_port(port);
  const auto node = hosted_.extract(port);
  const HostedPort* before = node.empty() ? nullptr : &node.mapped();
  if (!before || !now || before->network != now->network || before->ofport != now->ofport)
    mark({UnitKind::kRequests, port});
  if (now) {
    if (!before || before->network != now->network)
      join_network(now->network, port);
    else if (before->ofport != now->ofport)
      mark({UnitKind::kFloodToPorts, now->network});
    for (const auto& group : now->groups) count_group(group, 1);
  }
  if (before) {
    if (!now || before->network != now->network) leave_network(before->network, port);
    for (const auto& group : before->groups) count_group(group, -1);
  }
  if (now) hosted_.emplace(port, std::move(*now));
}

void Hosting::join_network(const Uuid& network, const Uuid& port) {
  const bool is_first = networks_.try_emplace(network).second;
  networks_[network].insert(port);
  mark({UnitKind::kFloodToPorts, network});
  if (!is_first) return;
  stale_services_.insert(network);
  touch_network(network);
}

void Hosting::leave_network(const Uuid& network, const Uuid& port) {
  auto it = networks_.find(network);
  it->second.erase(port);
  mark({UnitKind::kFloodToPorts, network});
  if (!it->second.empty()) return;
  networks_.erase(it);
  served_.erase(network);
  touch_network(network);
}

void Hosting::count_group(const Uuid& group, int step) {
  int& ports = groups_[group];
  ports += step;
  const bool is_first = step > 0 && ports == 1;
  const bool is_gone = ports == 0;
  if (is_gone) groups_.erase(group);
  if (!is_first && !is_gone) return;
  stale_keys_.insert(group);
  for (const auto& rule : intent_.rules_of(group)) {
    stale_rules_.insert(rule);
    mark({UnitKind::kRule, rule});
  }
}

void Hosting::refresh_rule(const Uuid& rule) {
  auto now = evaluate_rule(rule);
  const auto node = rules_.extract(rule);
  if (now) count_remote(*now, 1);
  if (!node.empty()) count_remote(node.mapped(), -1);
  if (now) rules_.emplace(rule, std::move(*now));
}

void Hosting::count_remote(const ActiveRule& rule, int step) {
  if (!rule.remote) return;
  auto& counts = remotes_[*rule.remote];
  int& rules = counts[static_cast<std::size_t>(rule.direction)][static_cast<std::size_t>(rule.form)];
  rules += step;
  if (rules != 0 && !(step > 0 && rules == 1)) return;
  mark({UnitKind::kRemoteGroup, *rule.remote});
  touch_members_of_remote(*rule.remote);
  stale_keys_.insert(*rule.remote);
  if (counts == std::array<std::array<int, 2>, 2>{}) remotes_.erase(*rule.remote);
}

void Hosting::refresh_key(const Uuid& group) {
  const bool is_known = groups_.contains(group) || remotes_.contains(group);
  for (const auto& other : is_known ? keys_.add(group) : keys_.remove(group)) rekey(other);
}

void Hosting::refresh_services(const Uuid& network) {
  const auto* ports = ports_of(network);
  if (!ports) return;
  const auto now = fabric::served_in(intent_, network);
  if (std::exchange(served_[network], now) == now) return;
  for (const auto& port : *ports) mark({UnitKind::kRequests, port});
}

std::unordered_set<Unit> Hosting::take_dirty() {
  // Each step may make work for the next, never for an earlier one.
  for (const auto& port : std::exchange(stale_ports_, {})) refresh_port(port);
  for (const auto& rule : std::exchange(stale_rules_, {})) refresh_rule(rule);
  for (const auto& group : std::exchange(stale_keys_, {})) refresh_key(group);
  for (const auto& network : std::exchange(stale_services_, {})) refresh_services(network);
  return std::exchange(dirty_, {});
}

const LocalPort* Hosting::plugged(const Uuid& port) const {
  return find_in(plugged_, port);
}
const HostedPort* Hosting::hosted(const Uuid& port) const {
  return find_in(hosted_, port);
}
const ActiveRule* Hosting::active_rule(const Uuid& rule) const {
  return find_in(rules_, rule);
}
const std::set<Uuid>* Hosting::ports_of(const Uuid& network) const {
  return find_in(networks_, network);
}

ServedRequests Hosting::served_in(const Uuid& network) const {
  const auto* served = find_in(served_, network);
  return served ? *served : ServedRequests{};
}

bool Hosting::is_remote(const Uuid& group, model::Direction direction, RuleForm form) const {
  const auto* counts = find_in(remotes_, group);
  return counts && (*counts)[static_cast<std::size_t>(direction)][static_cast<std::size_t>(form)] > 0;
}

bool Hosting::is_stateless(const HostedPort& port) const {
  return std::all_of(port.groups.begin(), port.groups.end(),
                     [this](const Uuid& group) { return form_of(group) == RuleForm::kStateless; });
}

}  // namespace weft::fabric
