#pragma once
// Column types of a database, as far as a replica needs them to read updates (RFC 7047, section 3.2).

#include <boost/json/value.hpp>
#include <map>
#include <string>

#include "ovsdb/value.h"

namespace weft::ovsdb {

struct ColumnType {
  Datum default_value;  ///< what an insert leaves out
  bool composite =
      false;  ///< holds more than one atom or pair: a modify sends the difference, not the new value
  bool real_key = false;  ///< ovsdb-server writes 1.0 as 1
  bool real_value = false;
};

using TableSchema = std::map<std::string, ColumnType, std::less<>>;
using Schema = std::map<std::string, TableSchema, std::less<>>;

/// Reads a <database-schema>. Errors: kProtocol.
Result<Schema> parse_schema(const boost::json::value& schema);

/// Reads a column's value as its type says. Errors: kProtocol.
Result<Datum> decode(const boost::json::value& json, const ColumnType& type);

/// The value after a modify of a composite column: `difference` as ovsdb-server(7), "Update2 Notification",
/// defines it.
Datum apply_difference(const Datum& old, const Datum& difference);

}  // namespace weft::ovsdb
