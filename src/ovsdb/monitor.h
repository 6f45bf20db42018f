#pragma once
// What a client watches of a database (ovsdb-server(7), "Monitor_cond").

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "ovsdb/transaction.h"

namespace weft::ovsdb {

/// What to monitor of one table. No clause at all means every row; an empty `where` with `only_matching`
/// means none.
struct TableMonitor {
  std::string table;
  std::vector<std::string> columns;  ///< empty: all
  bool only_matching = false;        ///< rows must match one of `where` (clauses are joined by OR)
  std::vector<Clause> where;
};

/// The condition as the protocol writes it: [] is every row, [false] is none.
boost::json::array where_json(const TableMonitor& monitor);
/// <monitor-cond-requests> for these tables.
boost::json::object monitor_requests(const std::vector<TableMonitor>& monitors);

}  // namespace weft::ovsdb
