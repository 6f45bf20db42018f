#include "ovsdb/replica.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <unordered_set>
#include <utility>

namespace weft::ovsdb {
namespace json = boost::json;

namespace {

/// Columns at their default are left out, so that a row is the same however it was learnt.
void set_column(Row& row, std::string_view name, Datum value, const ColumnType& type) {
  auto at = row.lower_bound(name);
  bool present = at != row.end() && at->first == name;
  if (value == type.default_value) {
    if (present) row.erase(at);
  } else if (present) {
    at->second = std::move(value);
  } else {
    row.emplace_hint(at, name, std::move(value));
  }
}

Result<void> read_column(Row& row, std::string_view name, const json::value& value, const TableSchema& schema,
                         bool is_difference) {
  auto type = schema.find(name);
  if (type == schema.end()) return fail(Errc::kProtocol, "unknown column");
  WEFT_TRY(Datum datum, decode(value, type->second));
  if (is_difference && type->second.composite) {
    auto old = row.find(name);
    datum = apply_difference(old == row.end() ? type->second.default_value : old->second, datum);
  }
  set_column(row, name, std::move(datum), type->second);
  return {};
}

/// A row made of `columns` on top of `before` (null: of nothing).
Result<RowPtr> read_row(const RowPtr& before, const json::value& columns, const TableSchema& schema) {
  const json::object* members = columns.if_object();
  if (!members) return fail(Errc::kProtocol, "not an object");
  auto row = before ? std::make_shared<Row>(*before) : std::make_shared<Row>();
  for (const auto& [name, value] : *members) {
    auto read = read_column(*row, name, value, schema, before != nullptr);
    if (!read) return fail(read.error().with_context(std::string_view(name)));
  }
  return RowPtr(std::move(row));
}

/// The row after <row-update2>; null when it is gone.
Result<RowPtr> read_row_update(const RowPtr& before, const json::value& update, const TableSchema& schema) {
  const json::object* members = update.if_object();
  if (!members || members->size() != 1) return fail(Errc::kProtocol, "not a row update");
  const auto& [kind, columns] = *members->begin();
  if (kind == "initial" || kind == "insert") return read_row(nullptr, columns, schema);
  if (kind == "delete") return RowPtr();
  if (kind != "modify") return fail(Errc::kProtocol, "unknown kind of row update");
  if (!before) return fail(Errc::kProtocol, "modify of an unknown row");
  return read_row(before, columns, schema);
}

bool same_row(const RowPtr& a, const RowPtr& b) {
  return a == b || (a && b && *a == *b);
}

}  // namespace

void Replica::set_schema(Schema schema) {
  schema_ = std::move(schema);
  for (const auto& [name, columns] : schema_) tables_.try_emplace(name);
}

const Table& Replica::table(std::string_view name) const {
  static const Table kEmpty;
  auto found = tables_.find(name);
  return found == tables_.end() ? kEmpty : found->second;
}

RowPtr Replica::find(std::string_view table_name, const Uuid& id) const {
  const Table& rows = table(table_name);
  auto found = rows.find(id);
  return found == rows.end() ? nullptr : found->second;
}

std::size_t Replica::row_count() const {
  std::size_t count = 0;
  for (const auto& [name, rows] : tables_) count += rows.size();
  return count;
}

Result<void> Replica::read_table(std::string_view name, const json::value& rows, bool is_dump, Changes& out) {
  auto table = tables_.find(name);
  auto schema = schema_.find(name);
  const json::object* updates = rows.if_object();
  if (table == tables_.end() || schema == schema_.end()) return fail(Errc::kProtocol, "unknown table");
  if (!updates) return fail(Errc::kProtocol, "not an object");
  for (const auto& [key, update] : *updates) {
    auto id = Uuid::parse(key);
    if (!id) return fail(Errc::kProtocol, "a row's key is not a UUID");
    auto known = table->second.find(*id);
    RowPtr before = known == table->second.end() ? nullptr : known->second;
    auto after = read_row_update(is_dump ? nullptr : before, update, schema->second);
    if (!after) return fail(after.error().with_context(std::string_view(key)));
    out.push_back(RowChange{table->first, *id, std::move(before), std::move(*after)});
  }
  return {};
}

Result<Changes> Replica::read_updates(const json::value& updates, bool is_dump) {
  const json::object* tables = updates.if_object();
  if (!tables) return fail(Errc::kProtocol, "updates: not an object");
  Changes changes;
  for (const auto& [name, rows] : *tables) {
    auto read = read_table(name, rows, is_dump, changes);
    if (!read) return fail(read.error().with_context(std::string_view(name)));
  }
  return changes;
}

void Replica::commit(const Changes& changes) {
  for (const RowChange& change : changes) {
    Table& rows = tables_.find(change.table)->second;
    if (change.after) {
      rows.insert_or_assign(change.id, change.after);
    } else {
      rows.erase(change.id);
    }
  }
}

Result<Changes> Replica::apply_updates2(const json::value& updates) {
  WEFT_TRY(Changes changes, read_updates(updates, false));
  std::erase_if(changes, [](const RowChange& change) { return same_row(change.before, change.after); });
  commit(changes);
  return changes;
}

Result<Changes> Replica::replace(const json::value& updates) {
  WEFT_TRY(Changes changes, read_updates(updates, true));
  std::map<std::string_view, std::unordered_set<Uuid>> dumped;
  for (const RowChange& change : changes) dumped[change.table].insert(change.id);
  Changes out;
  for (const auto& [name, rows] : tables_) {
    const auto& present = dumped[name];
    for (const auto& [id, row] : rows) {
      if (!present.contains(id)) out.push_back(RowChange{name, id, row, nullptr});
    }
  }
  // Rows that are gone come first: what is unique in the database is then unique at every step.
  std::remove_copy_if(changes.begin(), changes.end(), std::back_inserter(out),
                      [](const RowChange& change) { return same_row(change.before, change.after); });
  commit(out);
  return out;
}

}  // namespace weft::ovsdb
