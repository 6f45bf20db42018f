#include "cli/commands.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <vector>

#include "cli/drop_counts.h"
#include "cli/drops_command.h"
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
  auto drops = drops_of_port(call, *port);
  auto json = record_json(record);
  auto text = render_record(record, call.theme);
  json.as_object()["drops"] = drops ? drop_counts_json(*drops) : boost::json::array();
  if (!drops) json.as_object()["drops_error"] = drops.error().message;
  if (!drops) text += "What was dropped is not known: " + printable(drops.error().message) + "\n";
  if (drops && !drops->empty()) text += render_rows(drop_table(*drops, false), call.theme);
  return Output{std::move(json), std::move(text)};
}

Result<Output> show_flows(const Call& call) {
  WEFT_TRY(auto node, resolve_node(call.intent, call.arguments.at("node")));
  WEFT_TRY(auto body, ask_node(call, *node, "/flows"));
  WEFT_TRY(auto flows, parse_flows(body, call.intent));
  auto explain = call.flags.at("explain");
  return Output{flows_json(flows, explain), flows_text(flows, explain, call.theme)};
}

const std::vector<Command>& list() {
  static const std::vector<Command> all{
      {"node list", "Nodes with tunnel addresses, ports and heartbeat", {}, {}, {}, list_nodes},
      {"network list", "Networks with encapsulation, VNI, MTU and subnets", {}, {}, {}, list_networks},
      {"port list", "Ports with network, addresses, node and status", {}, {}, {}, list_ports},
      {"port show",
       "Everything known of one port, with what was dropped",
       {{"port", "name or id"}},
       {},
       {},
       show_port},
      {"flows",
       "A node's flows with counters, asked from its agent",
       {{"node", "name of the node"}},
       {{"explain", "name the objects that each flow serves"}},
       {},
       show_flows},
      {"drops",
       "What is dropped where and why, asked from the agents",
       {},
       {{"follow", "packets as they are dropped, each with what would let it through"}},
       {{"port", "only what this port, by name or id, sent or should have got"},
        {"node", "only this node (repeatable)"}},
       show_drops},
  };
  return all;
}

}  // namespace

Result<std::string> ask_node(const Call& call, const model::Node& node, const std::string& path) {
  if (node.diagnostics.empty())
    return fail(Errc::kUnavailable, "node " + node.name + " offers no diagnostics endpoint");
  auto body = call.ask_agent(node.diagnostics, path);
  if (!body) return fail(body.error().with_context("ask " + node.name + " on " + node.diagnostics));
  return body;
}

std::span<const Command> commands() {
  return list();
}

}  // namespace weft::cli
