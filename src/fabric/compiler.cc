#include "fabric/compiler.h"

#include <algorithm>
#include <map>

#include "fabric/features/arp.h"
#include "fabric/features/classify.h"
#include "fabric/features/distributed_port.h"
#include "fabric/features/drop_samples.h"
#include "fabric/features/l2.h"
#include "fabric/features/local_port.h"
#include "fabric/features/misses.h"
#include "fabric/features/neighbour_answers.h"
#include "fabric/features/neighbour_security.h"
#include "fabric/features/packet_size.h"
#include "fabric/features/places.h"
#include "fabric/features/requests.h"
#include "fabric/features/security_group_rules.h"
#include "fabric/features/security_groups.h"
#include "fabric/features/tunnel_endpoints.h"
#include "fabric/flow_table.h"
#include "fabric/hosting.h"
#include "model/subnet_services.h"

namespace weft::fabric {
namespace {

using model::Direction;
using TunnelKey = std::pair<model::Encapsulation, std::string>;

Unit tunnel_unit(const TunnelKey& key) {
  return {UnitKind::kTunnel, {}, tunnel_name(key.first, key.second)};
}

constexpr std::array kDirections = {Direction::kIngress, Direction::kEgress};

}  // namespace

class Compiler::Impl {
 public:
  Impl(const model::Intent& intent, NodeFacts facts)
      : intent_(intent),
        node_(std::move(facts.name)),
        tunnel_ips_(std::move(facts.tunnel_ips)),
        hosting_(intent, node_) {
    hosting_.mark({UnitKind::kPipeline});
    // What the intent already holds needs no marks: nothing of it has flows before a port is plugged.
  }

  void add_tunnel(const Tunnel& tunnel);
  void remove_tunnel(const TunnelKey& key);
  void watched_ports_may_differ();
  void watch_drops(const DropWatch& watch);
  FlowDelta compile();
  bool ready(const Uuid& port) const;
  std::set<TunnelKey> wanted_tunnels() const;

  const model::Intent& intent_;
  std::string node_;
  std::vector<IpAddress> tunnel_ips_;
  Hosting hosting_;
  FlowTable table_;
  CompileStats stats_;

 private:
  void forget_places_behind(model::Encapsulation encapsulation);
  Flows flows_of(const Unit& unit) const;
  Flows tunnel_flows(const std::string& name) const;
  Flows network_flows(const Uuid& id) const;
  Flows flood_to_ports_flows(const Uuid& id) const;
  Flows flood_to_nodes_flows(const Uuid& id) const;
  Flows port_flows(const Uuid& id) const;
  Flows request_flows(const Uuid& id) const;
  Flows rule_flows(const Uuid& id) const;
  Flows remote_group_flows(const Uuid& id) const;
  Flows member_flows(const Uuid& id) const;
  Flows entry_flows(const Uuid& id) const;
  Flows drop_sample_flows() const;

  /// The network's key, if it has ports here.
  std::optional<NetworkKey> active_key(const Uuid& network) const;
  PortView view(const model::Ref<model::Port>& port, NetworkKey network) const;
  const Tunnel* tunnel_to(const model::Port& port) const;

  std::map<TunnelKey, Tunnel> tunnels_;
  DropWatch watch_;
};

void Compiler::Impl::add_tunnel(const Tunnel& tunnel) {
  const TunnelKey key{tunnel.encapsulation, tunnel.node};
  auto [it, is_new] = tunnels_.try_emplace(key, tunnel);
  if (!is_new && it->second == tunnel) return;
  it->second = tunnel;
  hosting_.mark(tunnel_unit(key));
  hosting_.tunnel_changed(key.first, key.second);
  if (!is_new) forget_places_behind(key.first);
}

void Compiler::Impl::remove_tunnel(const TunnelKey& key) {
  if (tunnels_.erase(key) == 0) return;
  hosting_.mark(tunnel_unit(key));
  hosting_.tunnel_changed(key.first, key.second);
  forget_places_behind(key.first);
}

// Of all tunnels of the encapsulation: which place is behind which is the switch's knowledge. Those that are
// still there flood until they announce themselves again.
void Compiler::Impl::forget_places_behind(model::Encapsulation encapsulation) {
  for (const auto& [network, ports] : hosting_.networks()) {
    const auto row = intent_.find<model::Network>(network);
    if (row && row->encapsulation == encapsulation) table_.forget(announcement_cookie(network));
  }
}

// Few ports are watched, and seldom: a look at them is cheaper than knowing when one is touched.
void Compiler::Impl::watched_ports_may_differ() {
  if (!watch_.ports.empty()) hosting_.mark({UnitKind::kDropSamples});
}

void Compiler::Impl::watch_drops(const DropWatch& watch) {
  if (watch == watch_) return;
  watch_ = watch;
  hosting_.mark({UnitKind::kDropSamples});
}

FlowDelta Compiler::Impl::compile() {
  stats_ = {};
  for (const auto& unit : hosting_.take_dirty()) {
    Flows flows = flows_of(unit);
    ++stats_.units;
    stats_.flows += flows.size();
    table_.set(unit, std::move(flows));
  }
  return table_.take_delta();
}

Flows Compiler::Impl::flows_of(const Unit& unit) const {
  switch (unit.kind) {
    case UnitKind::kPipeline: {
      Flows flows = misses();
      append(flows, neighbour_security_pipeline());
      append(flows, neighbour_answers_pipeline());
      append(flows, policy_pipeline());
      append(flows, l2_pipeline());
      append(flows, guard_tunnel_endpoints(tunnel_ips_));
      append(flows, places_pipeline());
      return flows;
    }
    case UnitKind::kTunnel:
      return tunnel_flows(unit.name);
    case UnitKind::kNetwork:
      return network_flows(unit.id);
    case UnitKind::kFloodToPorts:
      return flood_to_ports_flows(unit.id);
    case UnitKind::kFloodToNodes:
      return flood_to_nodes_flows(unit.id);
    case UnitKind::kPort:
      return port_flows(unit.id);
    case UnitKind::kRequests:
      return request_flows(unit.id);
    case UnitKind::kRule:
      return rule_flows(unit.id);
    case UnitKind::kRemoteGroup:
      return remote_group_flows(unit.id);
    case UnitKind::kMember:
      return member_flows(unit.id);
    case UnitKind::kEntry:
      return entry_flows(unit.id);
    case UnitKind::kDropSamples:
      return drop_sample_flows();
  }
  return {};
}

Flows Compiler::Impl::tunnel_flows(const std::string& name) const {
  for (const auto& [key, tunnel] : tunnels_) {
    if (tunnel_name(key.first, key.second) == name) return classify_tunnel(tunnel);
  }
  return {};
}

Flows Compiler::Impl::network_flows(const Uuid& id) const {
  const auto key = active_key(id);
  if (!key) return {};
  Flows flows = announcements_in(*key, id);
  append(flows, network_mtu(*key, intent_.find<model::Network>(id)->mtu));
  return flows;
}

Flows Compiler::Impl::flood_to_ports_flows(const Uuid& id) const {
  const auto key = active_key(id);
  if (!key) return {};
  std::vector<std::uint32_t> ofports;
  for (const auto& port : *hosting_.ports_of(id)) ofports.push_back(hosting_.hosted(port)->ofport);
  std::sort(ofports.begin(), ofports.end());
  return flood_to_ports(*key, ofports);
}

Flows Compiler::Impl::flood_to_nodes_flows(const Uuid& id) const {
  const auto key = active_key(id);
  if (!key) return {};
  const auto encapsulation = intent_.find<model::Network>(id)->encapsulation;
  std::vector<std::uint32_t> ofports;
  for (const auto& [host, ports] : intent_.hosts_of(id)) {
    auto tunnel = tunnels_.find({encapsulation, host});
    if (tunnel != tunnels_.end()) ofports.push_back(tunnel->second.ofport);
  }
  std::sort(ofports.begin(), ofports.end());
  return flood_to_nodes(*key, ofports);
}

Flows Compiler::Impl::port_flows(const Uuid& id) const {
  const auto port = intent_.find<model::Port>(id);
  if (!port) return {};
  const bool is_distributed = model::served_subnet(*port).has_value();
  if (port->host.empty() && !is_distributed) return {};
  const auto key = active_key(port->network);
  if (!key) return {};
  const PortView here = view(port, *key);
  if (!port->admin_state_up) return l2_down(here);
  if (is_distributed) return distributed_port(here);
  const bool is_hosted = hosting_.hosted(id) != nullptr;
  if (!is_hosted && port->host == node_) return l2_absent(here);

  Flows flows = arp_answers(here);
  append(flows, neighbour_answers(here));
  if (is_hosted) {
    append(flows, local_port(here));
  } else {
    const auto* tunnel = tunnel_to(*port);
    append(flows, tunnel ? l2_remote(here, *tunnel) : l2_absent(here));
  }
  return flows;
}

Flows Compiler::Impl::request_flows(const Uuid& id) const {
  const auto* hosted = hosting_.hosted(id);
  if (!hosted) return {};
  const auto port = intent_.find<model::Port>(id);
  return requests(*port, hosted->ofport, served_to(*port, hosting_.served_in(hosted->network)));
}

Flows Compiler::Impl::rule_flows(const Uuid& id) const {
  const auto* active = hosting_.active_rule(id);
  if (!active) return {};
  const auto rule = intent_.find<model::SecurityGroupRule>(id);
  return flows_of_rule(*rule, active->form, hosting_.group_key(rule->group),
                       active->remote ? hosting_.group_key(*active->remote) : 0);
}

Flows Compiler::Impl::remote_group_flows(const Uuid& id) const {
  Flows flows;
  for (auto direction : kDirections) {
    for (auto form : kRuleForms) {
      if (hosting_.is_remote(id, direction, form))
        append(flows, flows_of_remote(hosting_.group_key(id), form, direction));
    }
  }
  return flows;
}

Flows Compiler::Impl::member_flows(const Uuid& id) const {
  const auto member = intent_.find<model::GroupMember>(id);
  if (!member) return {};
  const auto port = intent_.find<model::Port>(member->port);
  const auto key = active_key(member->network);
  if (!port || !key) return {};
  const auto group = hosting_.group_key(member->group);
  Flows flows;
  for (auto direction : kDirections) {
    for (auto form : kRuleForms) {
      if (!hosting_.is_remote(member->group, direction, form)) continue;
      for (const auto& [mac, address] : view(port, *key).allowed_pairs())
        append(flows, flows_of_member(*key, address, group, form, direction));
    }
  }
  return flows;
}

Flows Compiler::Impl::entry_flows(const Uuid& id) const {
  const auto entry = intent_.find<model::AddressGroupEntry>(id);
  if (!entry) return {};
  const auto group = hosting_.group_key(entry->address_group);
  Flows flows;
  for (auto direction : kDirections) {
    for (auto form : kRuleForms) {
      if (hosting_.is_remote(entry->address_group, direction, form))
        append(flows, flows_of_entry(entry->prefix, group, form, direction));
    }
  }
  return flows;
}

Flows Compiler::Impl::drop_sample_flows() const {
  if (watch_.all) return sample_all_drops();
  Flows flows;
  for (const auto& id : watch_.ports) {
    if (const auto* plugged = hosting_.plugged(id)) append(flows, sample_drops_of(plugged->ofport));
    const auto port = intent_.find<model::Port>(id);
    const auto key = port ? active_key(port->network) : std::nullopt;
    if (key) append(flows, sample_drops_of(*key, port->mac));
  }
  return flows;
}

std::optional<NetworkKey> Compiler::Impl::active_key(const Uuid& network) const {
  if (!hosting_.ports_of(network)) return std::nullopt;
  const auto row = intent_.find<model::Network>(network);
  return network_key(row->encapsulation, row->vni);
}

PortView Compiler::Impl::view(const model::Ref<model::Port>& port, NetworkKey network) const {
  PortView view{.port = port, .network = network};
  for (const auto& address : intent_.fixed_ips(port->id)) view.addresses.push_back(address.ip);
  const auto* hosted = hosting_.hosted(port->id);
  if (!hosted) return view;
  view.ofport = hosted->ofport;
  view.zone = hosting_.plugged(port->id)->zone;
  view.stateless = hosting_.is_stateless(*hosted);
  for (const auto& group : hosted->groups) view.groups.push_back(hosting_.group_key(group));
  std::sort(view.groups.begin(), view.groups.end());
  return view;
}

const Tunnel* Compiler::Impl::tunnel_to(const model::Port& port) const {
  const auto network = intent_.find<model::Network>(port.network);
  auto it = tunnels_.find({network->encapsulation, port.host});
  return it == tunnels_.end() ? nullptr : &it->second;
}

bool Compiler::Impl::ready(const Uuid& id) const {
  const auto port = intent_.find<model::Port>(id);
  if (!hosting_.plugged(id) || !port || port->host != node_) return false;
  if (!intent_.find<model::Network>(port->network)) return false;
  const auto groups = intent_.groups_of_port(id);
  return std::all_of(groups.begin(), groups.end(), [this](const Uuid& group) {
    return intent_.find<model::SecurityGroup>(group) != nullptr;
  });
}

std::set<TunnelKey> Compiler::Impl::wanted_tunnels() const {
  std::set<TunnelKey> wanted;
  for (const auto& [network, ports] : hosting_.networks()) {
    const auto row = intent_.find<model::Network>(network);
    if (!row) continue;
    for (const auto& [host, count] : intent_.hosts_of(network)) {
      if (host != node_) wanted.emplace(row->encapsulation, host);
    }
  }
  return wanted;
}

Compiler::Compiler(const model::Intent& intent, NodeFacts facts)
    : impl_(std::make_unique<Impl>(intent, std::move(facts))) {}
Compiler::~Compiler() = default;

void Compiler::intent_changed(const model::IntentChanges& changes) {
  for (const auto& change : changes) impl_->hosting_.intent_changed(change);
  impl_->watched_ports_may_differ();
}
void Compiler::plug(const LocalPort& port) {
  impl_->hosting_.plug(port);
  impl_->watched_ports_may_differ();
}
void Compiler::unplug(const Uuid& port) {
  impl_->hosting_.unplug(port);
  impl_->watched_ports_may_differ();
}
void Compiler::add_tunnel(const Tunnel& tunnel) {
  impl_->add_tunnel(tunnel);
}
void Compiler::remove_tunnel(model::Encapsulation encapsulation, const std::string& node) {
  impl_->remove_tunnel({encapsulation, node});
}
void Compiler::watch_drops(const DropWatch& watch) {
  impl_->watch_drops(watch);
}
FlowDelta Compiler::compile() {
  return impl_->compile();
}
const CompileStats& Compiler::last_stats() const {
  return impl_->stats_;
}
std::vector<openflow::Flow> Compiler::desired() const {
  return impl_->table_.all();
}
FlowDelta Compiler::difference(const std::vector<openflow::Flow>& actual,
                               const std::vector<openflow::Meter>& meters) const {
  return impl_->table_.difference(actual, meters);
}
bool Compiler::ready(const Uuid& port) const {
  return impl_->ready(port);
}
std::vector<Owner> Compiler::owners(const openflow::FlowKey& key) const {
  return impl_->table_.owners(key);
}
std::set<std::pair<model::Encapsulation, std::string>> Compiler::wanted_tunnels() const {
  return impl_->wanted_tunnels();
}

}  // namespace weft::fabric
