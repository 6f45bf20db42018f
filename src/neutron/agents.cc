#include "neutron/resource.h"

namespace weft::neutron {
namespace {

using model::Node;
using V = View<Node>;

constexpr Names kNames{"agents", "agent", "agents"};

/// Neutron's agent_down_time.
constexpr std::int64_t kDownAfterMicroseconds = 75'000'000;

/// The node's last sign of life in microseconds since the epoch; 0: none yet.
std::int64_t last_beat(const V& v) {
  for (const auto& [id, heartbeat] : v.intent.all<model::Heartbeat>())
    if (heartbeat->node == v.object.name) return heartbeat->beat;
  return 0;
}

/// "2026-11-20 23:26:29": agents' times have a form of their own.
std::string format_agent_time(std::int64_t microseconds) {
  auto text = format_time(microseconds);
  text[10] = ' ';
  text.pop_back();
  return text;
}

void write_beat(JsonWriter& json, const V& v) {
  json.string(format_agent_time(last_beat(v)));
}

void write_alive(JsonWriter& json, const V& v) {
  json.boolean(last_beat(v) + kDownAfterMicroseconds > now_microseconds());
}

void write_configurations(JsonWriter& json, const V& v) {
  json.begin_object();
  json.key("tunneling_ip").string(v.object.tunnel_ips.empty() ? "" : v.object.tunnel_ips.front().to_string());
  json.key("tunnel_types").raw(R"(["vxlan", "geneve"])");
  json.key("integration_bridge").string("br-int");
  json.key("version").string(v.object.version);
  json.key("devices").number(static_cast<std::int64_t>(v.intent.ports_on(v.object.name).size()));
  json.end_object();
}

constexpr Field<Node> kFields[] = {
    {"id", write_id},
    {"agent_type", [](JsonWriter& json, const V&) { json.string("Open vSwitch agent"); }},
    {"binary", [](JsonWriter& json, const V&) { json.string("weft-agent"); }},
    {"topic", [](JsonWriter& json, const V&) { json.string("N/A"); }},
    {"host", write_name},
    {"admin_state_up", [](JsonWriter& json, const V&) { json.boolean(true); }},
    {"created_at", write_beat},
    {"started_at", write_beat},
    {"heartbeat_timestamp", write_beat},
    {"description", write_null},
    {"resources_synced", write_null},
    {"availability_zone", write_null},
    {"alive", write_alive},
    {"configurations", write_configurations},
};

/// Nodes announce themselves; clients may look at them, and remove one that is gone for good.
class Agents : public ResourceOf<Node> {
 public:
  using ResourceOf::ResourceOf;
  const Names& names() const override { return kNames; }
  Attributes attributes() const override { return {}; }
  Error not_found(std::string_view id) const override {
    return Error(Errc::kNotFound, "Agent " + std::string(id) + " could not be found.", "AgentNotFound");
  }
  Task<std::vector<Uuid>> create(Context, std::vector<json::object>) override {
    co_return fail(no_such_method());
  }
  Task<void> update(Context, Uuid, json::object, IfRevision) override { co_return fail(no_such_method()); }

  Task<void> remove(Context, Uuid id) override {
    auto node = intent().find<Node>(id);
    if (!node) co_return fail(not_found(id.to_string()));
    store::Write write;
    write.remove<Node>(id);
    for (const auto& [beat_id, heartbeat] : intent().all<model::Heartbeat>())
      if (heartbeat->node == node->name) write.remove<model::Heartbeat>(beat_id);
    co_return co_await store().commit(std::move(write));
  }
};

}  // namespace

template <>
std::span<const Field<Node>> fields_of() {
  return kFields;
}

std::unique_ptr<Resource> make_agents(const Services& services) {
  return std::make_unique<Agents>(services);
}

}  // namespace weft::neutron
