#include "cli/flows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "cli/json_read.h"
#include "fabric/cookie.h"

namespace weft::cli {
namespace {

namespace json = boost::json;

std::optional<fabric::ObjectKind> parse_kind(std::string_view text) {
  using fabric::ObjectKind;
  for (auto kind : {ObjectKind::kNetwork, ObjectKind::kPort, ObjectKind::kRule, ObjectKind::kRemoteGroup,
                    ObjectKind::kMember}) {
    if (fabric::to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

FlowOwner read_owner(const json::object& object, const model::Intent& intent) {
  FlowOwner owner{.kind = text_of(object, "kind"), .text = text_of(object, "text")};
  auto id = Uuid::parse(text_of(object, "id"));
  auto kind = parse_kind(owner.kind);
  if (id && kind) owner.text = fabric::describe(fabric::Owner{.kind = *kind, .id = *id}, intent);
  if (owner.text.empty()) owner.text = owner.kind;
  return owner;
}

FlowLine read_flow(const json::object& object, const model::Intent& intent) {
  FlowLine flow{.table = number_of(object, "table"),
                .table_name = text_of(object, "table_name"),
                .text = text_of(object, "text"),
                .packets = static_cast<std::uint64_t>(number_of(object, "packets")),
                .bytes = static_cast<std::uint64_t>(number_of(object, "bytes")),
                .cookie = text_of(object, "cookie")};
  const auto* owners = object.if_contains("owners");
  if (owners == nullptr || !owners->is_array()) return flow;
  for (const auto& owner : owners->get_array()) {
    if (owner.is_object()) flow.owners.push_back(read_owner(owner.get_object(), intent));
  }
  return flow;
}

}  // namespace

Result<std::vector<FlowLine>> parse_flows(std::string_view text, const model::Intent& intent) {
  boost::system::error_code ec;
  auto parsed = json::parse(json::string_view(text.data(), text.size()), ec);
  if (ec || !parsed.is_array()) return fail(Errc::kProtocol, "the agent's list of flows is not a JSON list");
  std::vector<FlowLine> flows;
  for (const auto& each : parsed.get_array()) {
    if (!each.is_object())
      return fail(Errc::kProtocol, "the agent's list of flows has an entry that is no object");
    flows.push_back(read_flow(each.get_object(), intent));
  }
  std::ranges::stable_sort(flows, {}, &FlowLine::table);
  return flows;
}

std::string flows_text(const std::vector<FlowLine>& flows, bool explain, const Theme& theme) {
  std::string out;
  const FlowLine* previous = nullptr;
  for (const auto& flow : flows) {
    if (previous == nullptr || previous->table != flow.table) {
      out += fmt::format("{}table {} {}\n", previous == nullptr ? "" : "\n", flow.table,
                         printable(flow.table_name));
    }
    previous = &flow;
    out += "  " + printable(flow.text) + "\n";
    auto counters = fmt::format("packets {}, bytes {}, cookie {}", flow.packets, flow.bytes, flow.cookie);
    out += "      " + painted(counters, Tone::kFaint, theme) + "\n";
    if (!explain) continue;
    for (const auto& owner : flow.owners)
      out += "      for " + painted(owner.text, Tone::kGood, theme) + "\n";
    if (flow.owners.empty())
      out += "      for " + painted("nothing that Weft wants", Tone::kBad, theme) + "\n";
  }
  return out;
}

json::value flows_json(const std::vector<FlowLine>& flows, bool explain) {
  json::array list;
  for (const auto& flow : flows) {
    json::object object{{"table", flow.table},     {"table_name", flow.table_name}, {"text", flow.text},
                        {"packets", flow.packets}, {"bytes", flow.bytes},           {"cookie", flow.cookie}};
    if (explain) {
      json::array owners;
      for (const auto& owner : flow.owners) {
        owners.push_back(json::object{{"kind", owner.kind}, {"text", owner.text}});
      }
      object["owners"] = std::move(owners);
    }
    list.push_back(std::move(object));
  }
  return list;
}

}  // namespace weft::cli
