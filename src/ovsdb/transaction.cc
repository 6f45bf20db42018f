#include "ovsdb/transaction.h"

#include <fmt/format.h>

#include <boost/json/object.hpp>

#include "ovsdb/json_rpc.h"

namespace weft::ovsdb {
namespace json = boost::json;

namespace {

json::array where_id(const Uuid& id) {
  return json::array{json::array{"_uuid", "==", json::array{"uuid", id.to_string()}}};
}

json::object row_to_json(const Row& row) {
  json::object out;
  out.reserve(row.size());
  for (const auto& [column, datum] : row) out.emplace(column, to_json(datum));
  return out;
}

json::object wait_for(std::string_view table, const Uuid& id, json::array columns, json::object row) {
  return json::object{{"op", "wait"},
                      {"table", table},
                      {"timeout", 0},
                      {"where", where_id(id)},
                      {"columns", std::move(columns)},
                      {"until", "=="},
                      {"rows", json::array{std::move(row)}}};
}

Result<Row> row_from_json(const json::value& value) {
  const json::object* columns = value.if_object();
  if (!columns) return fail(Errc::kProtocol, "row: not an object");
  Row row;
  for (const auto& [column, member] : *columns) {
    auto datum = datum_from_json(member);
    if (!datum) return fail(datum.error().with_context(std::string_view(column)));
    row.emplace(std::string_view(column), std::move(*datum));
  }
  return row;
}

Result<std::vector<Row>> rows_from_json(const json::value& value) {
  const json::array* list = value.if_array();
  if (!list) return fail(Errc::kProtocol, "rows: not an array");
  std::vector<Row> rows;
  rows.reserve(list->size());
  for (const json::value& member : *list) {
    WEFT_TRY(Row row, row_from_json(member));
    rows.push_back(std::move(row));
  }
  return rows;
}

/// The outcome of one operation that succeeded: {}, {"count":N}, {"uuid":U} or {"rows":[...]}.
Result<void> read_outcome(const json::object& outcome, TransactionReply& reply) {
  std::int64_t count = 0;
  std::vector<Row> rows;
  if (const json::value* counted = outcome.if_contains("count")) {
    if (!counted->is_int64()) return fail(Errc::kProtocol, "count: not an integer");
    count = counted->get_int64();
  } else if (const json::value* selected = outcome.if_contains("rows")) {
    WEFT_TRY(rows, rows_from_json(*selected));
    count = static_cast<std::int64_t>(rows.size());
  } else if (outcome.contains("uuid")) {
    count = 1;
  }
  reply.counts.push_back(count);
  reply.rows.push_back(std::move(rows));
  return {};
}

}  // namespace

void Transaction::insert(std::string_view table, const Uuid& id, const Row& row) {
  operations_.push_back(
      json::object{{"op", "insert"}, {"table", table}, {"uuid", id.to_string()}, {"row", row_to_json(row)}});
}

void Transaction::update(std::string_view table, const Uuid& id, const Row& columns, bool must_exist) {
  if (must_exist) {
    operations_.push_back(
        wait_for(table, id, {"_uuid"}, json::object{{"_uuid", json::array{"uuid", id.to_string()}}}));
  }
  operations_.push_back(json::object{
      {"op", "update"}, {"table", table}, {"where", where_id(id)}, {"row", row_to_json(columns)}});
}

void Transaction::remove(std::string_view table, const Uuid& id) {
  operations_.push_back(json::object{{"op", "delete"}, {"table", table}, {"where", where_id(id)}});
}

void Transaction::mutate(std::string_view table, const Uuid& id, std::string_view column,
                         std::string_view mutator, const Datum& value) {
  operations_.push_back(
      json::object{{"op", "mutate"},
                   {"table", table},
                   {"where", where_id(id)},
                   {"mutations", json::array{json::array{column, mutator, to_json(value)}}}});
}

void Transaction::wait(std::string_view table, const Uuid& id, const Row& columns) {
  json::array names;
  for (const auto& [column, datum] : columns) names.emplace_back(column);
  operations_.push_back(wait_for(table, id, std::move(names), row_to_json(columns)));
}

void Transaction::select(std::string_view table, const std::vector<Clause>& where,
                         const std::vector<std::string>& columns) {
  json::object operation{{"op", "select"}, {"table", table}, {"where", to_json(where)}};
  if (!columns.empty()) operation.emplace("columns", json::array(columns.begin(), columns.end()));
  operations_.push_back(std::move(operation));
}

void Transaction::assert_lock(std::string_view lock) {
  operations_.push_back(json::object{{"op", "assert"}, {"lock", lock}});
}

void Transaction::make_durable() {
  operations_.push_back(json::object{{"op", "commit"}, {"durable", true}});
}

void Transaction::append(const Transaction& other) {
  operations_.insert(operations_.end(), other.operations_.begin(), other.operations_.end());
}

json::array to_json(const std::vector<Clause>& where) {
  json::array out;
  out.reserve(where.size());
  for (const Clause& clause : where) {
    out.push_back(json::array{clause.column, clause.function, to_json(clause.value)});
  }
  return out;
}

Result<TransactionReply> parse_reply(const json::value& result, const Transaction& sent) {
  const json::array* outcomes = result.if_array();
  if (!outcomes) return fail(Errc::kProtocol, "transact: the result is not an array");
  TransactionReply reply;
  for (const json::value& outcome : *outcomes) {
    if (outcome.is_null()) continue;  // an operation after the one that failed
    const json::object* members = outcome.if_object();
    if (!members) return fail(Errc::kProtocol, "transact: an outcome is not an object");
    if (members->contains("error")) return fail(error_from_json(outcome));
    WEFT_CHECK(read_outcome(*members, reply));
  }
  if (reply.counts.size() != sent.operations().size()) {
    return fail(Errc::kProtocol, fmt::format("transact: {} outcomes for {} operations", reply.counts.size(),
                                             sent.operations().size()));
  }
  return reply;
}

}  // namespace weft::ovsdb
