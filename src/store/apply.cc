#include "store/apply.h"

#include "base/log.h"
#include "store/rows.h"

namespace weft::store {
namespace {

template <typename T>
void apply_row(const ovsdb::RowChange& row, model::Intent& intent, Applied& applied) {
  if (!row.after) {
    if (auto change = intent.erase<T>(row.id)) applied.changes.push_back(std::move(*change));
    return;
  }
  auto object = from_row<T>(row.id, *row.after);
  if (object) {
    applied.changes.push_back(intent.put(std::move(*object)));
    return;
  }
  ++applied.malformed;
  log::warn("store.row_malformed", {{"reason", object.error().message}});
}

/// Applies the row when it is one of T's table.
template <typename T>
bool apply_if(const ovsdb::RowChange& row, model::Intent& intent, Applied& applied) {
  if (row.table != table_of<T>()) return false;
  apply_row<T>(row, intent, applied);
  return true;
}

template <typename... T>
void apply_any(const ovsdb::RowChange& row, model::Intent& intent, Applied& applied) {
  (void)(apply_if<T>(row, intent, applied) || ...);
}

}  // namespace

Applied apply_rows(const ovsdb::Changes& rows, model::Intent& intent) {
  using namespace weft::model;
  Applied applied;
  applied.changes.reserve(rows.size());
  for (const ovsdb::RowChange& row : rows) {
    apply_any<Port, Address, GroupMember, Binding, Heartbeat, Network, Subnet, SecurityGroup,
              SecurityGroupRule, AddressGroupEntry, AddressGroup, Node>(row, intent, applied);
  }
  return applied;
}

}  // namespace weft::store
