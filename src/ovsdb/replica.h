#pragma once
// A local copy of the monitored part of a database, kept current by update2/update3 notifications.

#include <functional>
#include <memory>
#include <unordered_map>

#include "ovsdb/schema.h"
#include "ovsdb/value.h"

namespace weft::ovsdb {

using RowPtr = std::shared_ptr<const Row>;

/// One row's change. Inserted: `before` is null. Deleted (or no longer in the condition): `after` is null.
struct RowChange {
  std::string_view table;
  Uuid id;
  RowPtr before;
  RowPtr after;
};

/// All changes of one notification (one commit, or what differs after a reconnect), in the order received.
using Changes = std::vector<RowChange>;

using Table = std::unordered_map<Uuid, RowPtr>;

class Replica {
 public:
  /// The column types by which updates are read; set before the first update. Rows are kept.
  void set_schema(Schema schema);
  const Schema& schema() const { return schema_; }

  /// The rows of a monitored table; an empty table for a name that is not monitored.
  const Table& table(std::string_view name) const;
  /// The row, or null.
  RowPtr find(std::string_view table, const Uuid& id) const;

  std::size_t row_count() const;

  /// Applies <table-updates2> (ovsdb-server(7), "Update2 Notification"). A malformed one changes nothing
  /// (kProtocol).
  Result<Changes> apply_updates2(const boost::json::value& updates);
  /// Replaces the whole content by a full dump and returns only the differences.
  Result<Changes> replace(const boost::json::value& updates);

 private:
  Result<Changes> read_updates(const boost::json::value& updates, bool is_dump);
  Result<void> read_table(std::string_view name, const boost::json::value& rows, bool is_dump, Changes& out);
  void commit(const Changes& changes);

  Schema schema_;
  std::map<std::string, Table, std::less<>> tables_;
};

}  // namespace weft::ovsdb
