#include "ovsdb/monitor.h"

namespace weft::ovsdb {
namespace json = boost::json;

json::array where_json(const TableMonitor& monitor) {
  if (monitor.only_matching && monitor.where.empty()) return json::array{false};
  return to_json(monitor.where);
}

json::object monitor_requests(const std::vector<TableMonitor>& monitors) {
  json::object out;
  for (const TableMonitor& monitor : monitors) {
    json::object request{{"where", where_json(monitor)}};
    if (!monitor.columns.empty()) {
      request.emplace("columns", json::array(monitor.columns.begin(), monitor.columns.end()));
    }
    out.emplace(monitor.table, json::array{std::move(request)});
  }
  return out;
}

}  // namespace weft::ovsdb
