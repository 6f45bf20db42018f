#include "cli/drop_counts.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "cli/json_read.h"
#include "fabric/cookie.h"

namespace weft::cli {
namespace {

namespace json = boost::json;

/// The store knows more names than the node.
std::string object_text(const DropCount& count, const std::string& told, const model::Intent& intent) {
  auto text = count.port ? fabric::describe(
                               {.kind = fabric::ObjectKind::kPort, .id = *count.port, .name = {}}, intent)
                         : told;
  return count.direction.empty() ? text : text + ", " + count.direction;
}

DropCount read_count(const json::object& object, const std::string& node, const model::Intent& intent) {
  DropCount count{.node = node,
                  .reason = text_of(object, "reason"),
                  .direction = text_of(object, "direction"),
                  .packets = static_cast<std::uint64_t>(number_of(object, "packets")),
                  .bytes = static_cast<std::uint64_t>(number_of(object, "bytes")),
                  .port = Uuid::parse(text_of(object, "port"))};
  count.object = object_text(count, text_of(object, "object"), intent);
  return count;
}

}  // namespace

Result<std::vector<DropCount>> parse_drop_counts(std::string_view text, const std::string& node,
                                                 const model::Intent& intent) {
  boost::system::error_code ec;
  auto parsed = json::parse(json::string_view(text.data(), text.size()), ec);
  if (ec || !parsed.is_array()) return fail(Errc::kProtocol, "the agent's list of drops is not a JSON list");
  std::vector<DropCount> counts;
  for (const auto& each : parsed.get_array()) {
    if (each.is_object()) counts.push_back(read_count(each.get_object(), node, intent));
  }
  return counts;
}

void sort_drop_counts(std::vector<DropCount>& counts) {
  std::ranges::stable_sort(counts, std::ranges::greater(), &DropCount::packets);
}

json::array drop_counts_json(const std::vector<DropCount>& counts) {
  auto optional = [](const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
  };
  json::array list;
  for (const auto& count : counts) {
    list.push_back(json::object{{"node", count.node},
                                {"reason", count.reason},
                                {"direction", optional(count.direction)},
                                {"packets", count.packets},
                                {"bytes", count.bytes},
                                {"port", optional(count.port ? count.port->to_string() : "")},
                                {"object", count.object}});
  }
  return list;
}

Table drop_table(const std::vector<DropCount>& counts, bool with_node) {
  Table table{.columns = {{"reason", "REASON"}, {"packets", "COUNT", true}, {"object", "OBJECT"}},
              .rows = {}};
  if (with_node) table.columns.insert(table.columns.begin(), {"node", "NODE"});
  for (const auto& count : counts) {
    std::vector<Cell> row{count.reason, Cell(static_cast<std::int64_t>(count.packets)), count.object};
    if (with_node) row.insert(row.begin(), Cell(count.node));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace weft::cli
