#include "ovsdb/transaction.h"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "ovsdb/json_rpc.h"

namespace weft::ovsdb {
namespace json = boost::json;

namespace {

void append_where(std::string& text, const Uuid& id) {
  text += R"(,"where":[["_uuid","==",["uuid",")";
  id.append_to(text);
  text += R"("]]])";
}

void append_row(std::string& text, const Row& row) {
  text += '{';
  for (const auto& [column, datum] : row) {
    if (text.back() != '{') text += ',';
    append_json(text, column);
    text += ':';
    append_json(text, datum);
  }
  text += '}';
}

/// "a","b"
template <typename Names>
void append_list(std::string& text, const Names& names) {
  text += '[';
  for (const auto& name : names) {
    if (text.back() != '[') text += ',';
    append_json(text, name);
  }
  text += ']';
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

std::string& Transaction::begin(std::string_view op) {
  if (size_++ > 0) text_ += ',';
  text_ += R"({"op":")";
  text_ += op;
  text_ += '"';
  return text_;
}

std::string& Transaction::begin(std::string_view op, std::string_view table) {
  begin(op) += R"(,"table":)";
  append_json(text_, table);
  return text_;
}

void Transaction::insert(std::string_view table, const Uuid& id, const Row& row) {
  begin("insert", table) += R"(,"uuid":")";
  id.append_to(text_);
  text_ += R"(","row":)";
  append_row(text_, row);
  text_ += '}';
}

void Transaction::wait_for(std::string_view table, const Uuid& id, std::string_view columns,
                           std::string_view row) {
  begin("wait", table) += R"(,"timeout":0)";
  append_where(text_, id);
  text_ += R"(,"columns":)";
  text_ += columns;
  text_ += R"(,"until":"==","rows":[)";
  text_ += row;
  text_ += "]}";
}

void Transaction::update(std::string_view table, const Uuid& id, const Row& columns, bool must_exist) {
  if (must_exist) wait_for(table, id, R"(["_uuid"])", R"({"_uuid":["uuid",")" + id.to_string() + R"("]})");
  append_where(begin("update", table), id);
  text_ += R"(,"row":)";
  append_row(text_, columns);
  text_ += '}';
}

void Transaction::remove(std::string_view table, const Uuid& id) {
  append_where(begin("delete", table), id);
  text_ += '}';
}

void Transaction::mutate(std::string_view table, const Uuid& id, std::string_view column,
                         std::string_view mutator, const Datum& value) {
  append_where(begin("mutate", table), id);
  text_ += R"(,"mutations":[[)";
  append_json(text_, column);
  text_ += ',';
  append_json(text_, mutator);
  text_ += ',';
  append_json(text_, value);
  text_ += "]]}";
}

void Transaction::wait(std::string_view table, const Uuid& id, const Row& columns) {
  std::vector<std::string_view> names;
  for (const auto& [column, datum] : columns) names.push_back(column);
  std::string list, row;
  append_list(list, names);
  append_row(row, columns);
  wait_for(table, id, list, row);
}

void Transaction::wait_for_none(std::string_view table, const std::vector<Clause>& where) {
  begin("wait", table) += R"(,"timeout":0,"where":)";
  text_ += json::serialize(to_json(where));
  text_ += R"(,"columns":["_uuid"],"until":"==","rows":[]})";
}

void Transaction::wait_for_values(std::string_view table, const std::vector<Clause>& where,
                                  std::string_view column, const std::vector<Datum>& values) {
  begin("wait", table) += R"(,"timeout":0,"where":)";
  text_ += json::serialize(to_json(where));
  text_ += R"(,"columns":)";
  append_list(text_, std::vector{column});
  text_ += R"(,"until":"==","rows":[)";
  for (const Datum& value : values) {
    if (&value != &values.front()) text_ += ',';
    append_row(text_, Row{{std::string(column), value}});
  }
  text_ += "]}";
}

void Transaction::select(std::string_view table, const std::vector<Clause>& where,
                         const std::vector<std::string>& columns) {
  begin("select", table) += R"(,"where":)";
  text_ += json::serialize(to_json(where));
  if (!columns.empty()) {
    text_ += R"(,"columns":)";
    append_list(text_, columns);
  }
  text_ += '}';
}

void Transaction::assert_lock(std::string_view lock) {
  begin("assert") += R"(,"lock":)";
  append_json(text_, lock);
  text_ += '}';
}

void Transaction::make_durable() {
  begin("commit") += R"(,"durable":true})";
}

void Transaction::append(const Transaction& other) {
  if (other.empty()) return;
  if (!empty()) text_ += ',';
  text_ += other.text_;
  size_ += other.size_;
}

json::array to_json(const std::vector<Clause>& where) {
  json::array out;
  out.reserve(where.size());
  for (const Clause& clause : where) {
    out.push_back(json::array{clause.column, clause.function, to_json(clause.value)});
  }
  return out;
}

Result<TransactionReply> parse_reply(const json::value& result, std::size_t operations) {
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
  if (reply.counts.size() != operations) {
    return fail(Errc::kProtocol,
                fmt::format("transact: {} outcomes for {} operations", reply.counts.size(), operations));
  }
  return reply;
}

}  // namespace weft::ovsdb
