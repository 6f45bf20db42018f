#include "cli/commands.h"

#include <vector>

#include "cli/flows.h"
#include "cli/resolve.h"
#include "cli/views.h"

namespace weft::cli {
namespace {

Output rows(const Table& table, const Theme& theme) {
  return {rows_json(table), render_rows(table, theme)};
}

Result<Output> list_nodes(const Call& call) {
  return rows(node_table(call.intent, call.now), call.theme);
}
Result<Output> list_networks(const Call& call) {
  return rows(network_table(call.intent), call.theme);
}
Result<Output> list_ports(const Call& call) {
  return rows(port_table(call.intent), call.theme);
}

Result<Output> show_port(const Call& call) {
  WEFT_TRY(auto port, resolve<model::Port>(call.intent, "port", call.arguments.at("port")));
  auto record = port_record(call.intent, *port);
  return Output{record_json(record), render_record(record, call.theme)};
}

Result<model::Ref<model::Node>> find_node(const model::Intent& intent, const std::string& typed) {
  if (auto node = intent.node_named(typed)) return node;
  std::vector<std::string> names;
  for (const auto& [id, node] : intent.all<model::Node>()) names.push_back(node->name);
  return fail(unknown_name("node", typed, std::move(names)));
}

Result<Output> show_flows(const Call& call) {
  WEFT_TRY(auto node, find_node(call.intent, call.arguments.at("node")));
  if (node->diagnostics.empty()) {
    return fail(Errc::kUnavailable, "node " + node->name + " offers no diagnostics endpoint");
  }
  auto body = call.ask_agent(node->diagnostics, "/flows");
  if (!body) return fail(body.error().with_context("ask " + node->name + " on " + node->diagnostics));
  WEFT_TRY(auto flows, parse_flows(*body, call.intent));
  auto explain = call.flags.at("explain");
  return Output{flows_json(flows, explain), flows_text(flows, explain, call.theme)};
}

const std::vector<Command>& list() {
  static const std::vector<Command> all{
      {"node list", "Nodes with tunnel addresses, ports and heartbeat", {}, {}, list_nodes},
      {"network list", "Networks with encapsulation, VNI, MTU and subnets", {}, {}, list_networks},
      {"port list", "Ports with network, addresses, node and status", {}, {}, list_ports},
      {"port show", "Everything known of one port", {{"port", "name or id"}}, {}, show_port},
      {"flows",
       "A node's flows with counters, asked from its agent",
       {{"node", "name of the node"}},
       {{"explain", "name the objects that each flow serves"}},
       show_flows},
  };
  return all;
}

}  // namespace

std::span<const Command> commands() {
  return list();
}

}  // namespace weft::cli
