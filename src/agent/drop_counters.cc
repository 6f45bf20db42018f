#include "agent/drop_counters.h"

#include <boost/json/object.hpp>

#include "agent/drop_sample.h"
#include "fabric/families.h"
#include "fabric/meters.h"

namespace weft::agent {
namespace {

namespace json = boost::json;

/// Of the objects that share a flow: the port, if there is one.
fabric::Owner blamed(const std::vector<fabric::Owner>& owners) {
  for (const auto& owner : owners) {
    if (owner.kind == fabric::ObjectKind::kPort) return owner;
  }
  return owners.empty() ? fabric::Owner{} : owners.front();
}

fabric::Owner port_owner(const Uuid& port) {
  return {.kind = fabric::ObjectKind::kPort, .id = port, .name = {}};
}

}  // namespace

DropCount& DropTally::count(fabric::Drop reason, const fabric::Owner& owner, std::string_view place) {
  auto [found, is_new] = counts_.try_emplace({reason, owner});
  auto& count = found->second;
  if (!is_new) return count;
  count.reason = fabric::drop_info(reason);
  if (owner.kind == fabric::ObjectKind::kPort) count.port = owner.id;
  count.object = owner.kind == fabric::ObjectKind::kPipeline ? "node" : fabric::describe(owner, intent_);
  count.table = place;
  return count;
}

void DropTally::add(const std::vector<openflow::FlowStats>& flows, const OwnersOf& owners_of) {
  for (const auto& flow : flows) {
    if (flow.packets == 0) continue;
    const auto& key = flow.flow.key;
    const auto family = fabric::family_of(key.table, key.priority);
    if (!family || family->drop == fabric::Drop::kNone) continue;
    auto& sum = count(family->drop, blamed(owners_of(key)), fabric::info(family->table).name);
    sum.packets += flow.packets;
    sum.bytes += flow.bytes;
  }
}

void DropTally::add(const std::vector<openflow::MeterStats>& meters, const PortAt& port_at) {
  for (const auto& meter : meters) {
    const auto drops = fabric::drops_of(meter);
    if (!drops || drops->packets == 0) continue;
    if (const auto port = port_at(drops->ofport))
      count(drops->reason, port_owner(*port), "meter").packets += drops->packets;
  }
}

void DropTally::add(const Refusals& refusals) {
  for (const auto& [key, refused] : refusals.counts()) {
    auto& sum = count(key.first, port_owner(key.second), "agent");
    sum.packets += refused.packets;
    sum.bytes += refused.bytes;
  }
}

std::vector<DropCount> DropTally::counts() const {
  std::vector<DropCount> list;
  for (const auto& [key, count] : counts_) list.push_back(count);
  return list;
}

json::array to_json(const std::vector<DropCount>& counts) {
  json::array list;
  for (const auto& count : counts) {
    list.push_back(
        json::object{{"reason", count.reason->name},
                     {"direction", direction_json(count.reason->side)},
                     {"packets", count.packets},
                     {"bytes", count.bytes},
                     {"port", count.port ? json::value(count.port->to_string()) : json::value(nullptr)},
                     {"object", count.object},
                     {"table", count.table}});
  }
  return list;
}

std::string to_metrics(const std::vector<DropCount>& counts) {
  Metrics metrics;
  for (const auto& count : counts) {
    const auto direction = direction_json(count.reason->side);
    const Labels labels{{"reason", std::string(count.reason->name)},
                        {"direction", direction.is_string() ? std::string(direction.as_string()) : ""},
                        {"port", count.port ? count.port->to_string() : ""}};
    metrics.counter("weft_drops_total", "Dropped packets, as the switch's flows count them", labels)
        .add(count.packets);
  }
  return metrics.render();
}

}  // namespace weft::agent
