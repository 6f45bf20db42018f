#include "agent/drop_counters.h"

#include <boost/json/object.hpp>
#include <map>

#include "agent/drop_sample.h"
#include "fabric/families.h"

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

DropCount start_count(const fabric::Family& family, const fabric::Owner& owner, const model::Intent& intent) {
  const bool is_port = owner.kind == fabric::ObjectKind::kPort;
  return {.reason = fabric::drop_info(family.drop),
          .port = is_port ? std::optional(owner.id) : std::nullopt,
          .object = owner.kind == fabric::ObjectKind::kPipeline ? "node" : fabric::describe(owner, intent),
          .table = std::string(fabric::info(family.table).name)};
}

}  // namespace

std::vector<DropCount> count_drops(const std::vector<openflow::FlowStats>& flows, const OwnersOf& owners_of,
                                   const model::Intent& intent) {
  std::map<std::pair<fabric::Drop, fabric::Owner>, DropCount> counts;
  for (const auto& flow : flows) {
    if (flow.packets == 0) continue;
    const auto& key = flow.flow.key;
    const auto family = fabric::family_of(key.table, key.priority);
    if (!family || family->drop == fabric::Drop::kNone) continue;
    const auto owner = blamed(owners_of(key));
    auto [count, is_new] = counts.try_emplace({family->drop, owner});
    if (is_new) count->second = start_count(*family, owner, intent);
    count->second.packets += flow.packets;
    count->second.bytes += flow.bytes;
  }
  std::vector<DropCount> list;
  for (auto& [key, count] : counts) list.push_back(std::move(count));
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
