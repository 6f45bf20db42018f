#include "ovsdb/schema.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <iterator>

namespace weft::ovsdb {
namespace json = boost::json;

namespace {

/// The name of an atomic type: "integer" or {"type": "integer", ...}.
std::string_view base_name(const json::value& base) {
  const json::value* name = &base;
  if (const json::object* members = base.if_object()) name = members->if_contains("type");
  return name && name->is_string() ? std::string_view(name->get_string()) : std::string_view();
}

Result<Atom> default_atom(std::string_view base) {
  if (base == "integer") return Atom(std::int64_t{0});
  if (base == "real") return Atom(0.0);
  if (base == "boolean") return Atom(false);
  if (base == "string") return Atom(std::string());
  if (base == "uuid") return Atom(Uuid{});
  return fail(Errc::kProtocol, "unknown atomic type");
}

Result<ColumnType> parse_object_type(const json::object& type) {
  const json::value* key = type.if_contains("key");
  const json::value* value = type.if_contains("value");
  const json::value* min = type.if_contains("min");
  const json::value* max = type.if_contains("max");
  if (!key) return fail(Errc::kProtocol, "type without a key");
  ColumnType out;
  out.composite = max && !(max->is_int64() && max->get_int64() <= 1);
  out.real_key = base_name(*key) == "real";
  out.real_value = value && base_name(*value) == "real";
  out.default_value.is_map = value != nullptr;
  WEFT_TRY(Atom default_key, default_atom(base_name(*key)));
  if (min && min->is_int64() && min->get_int64() == 0) return out;
  out.default_value.keys.push_back(std::move(default_key));
  if (value) {
    WEFT_TRY(Atom default_value, default_atom(base_name(*value)));
    out.default_value.values.push_back(std::move(default_value));
  }
  return out;
}

Result<ColumnType> parse_type(const json::value& type) {
  if (const json::object* members = type.if_object()) return parse_object_type(*members);
  ColumnType out;
  out.real_key = base_name(type) == "real";
  WEFT_TRY(Atom atom, default_atom(base_name(type)));
  out.default_value = Datum(std::move(atom));
  return out;
}

const json::object* object_member(const json::value& value, std::string_view name) {
  const json::object* members = value.if_object();
  const json::value* member = members ? members->if_contains(name) : nullptr;
  return member ? member->if_object() : nullptr;
}

Result<TableSchema> parse_table(const json::value& table) {
  const json::object* columns = object_member(table, "columns");
  if (!columns) return fail(Errc::kProtocol, "no columns");
  TableSchema out;
  for (const auto& [name, column] : *columns) {
    const json::object* members = column.if_object();
    const json::value* type = members ? members->if_contains("type") : nullptr;
    if (!type) return fail(Errc::kProtocol, "column without a type");
    auto parsed = parse_type(*type);
    if (!parsed) return fail(parsed.error().with_context(std::string_view(name)));
    out.emplace(std::string_view(name), std::move(*parsed));
  }
  return out;
}

void make_reals(std::vector<Atom>& atoms) {
  for (Atom& atom : atoms) {
    if (const auto* integer = std::get_if<std::int64_t>(&atom)) atom = static_cast<double>(*integer);
  }
}

Datum apply_map_difference(const Datum& old, const Datum& difference) {
  Datum out;
  out.is_map = true;
  auto take = [&out](const Datum& from, std::size_t i) {
    out.keys.push_back(from.keys[i]);
    out.values.push_back(from.values[i]);
  };
  std::size_t i = 0, j = 0;
  while (i < old.keys.size() || j < difference.keys.size()) {
    if (j == difference.keys.size() || (i < old.keys.size() && old.keys[i] < difference.keys[j])) {
      take(old, i++);
    } else if (i == old.keys.size() || difference.keys[j] < old.keys[i]) {
      take(difference, j++);
    } else {  // the same pair: it is gone; another value: the new one
      if (old.values[i] != difference.values[j]) take(difference, j);
      ++i, ++j;
    }
  }
  return out;
}

}  // namespace

Result<Schema> parse_schema(const json::value& schema) {
  const json::object* tables = object_member(schema, "tables");
  if (!tables) return fail(Errc::kProtocol, "schema: no tables");
  Schema out;
  for (const auto& [name, table] : *tables) {
    auto parsed = parse_table(table);
    if (!parsed) return fail(parsed.error().with_context(std::string_view(name)).with_context("schema"));
    out.emplace(std::string_view(name), std::move(*parsed));
  }
  return out;
}

Result<Datum> decode(const json::value& value, const ColumnType& type) {
  WEFT_TRY(Datum datum, datum_from_json(value));
  if (datum.is_map != type.default_value.is_map)
    return fail(Errc::kProtocol, "a set for a map or a map for a set");
  if (type.real_key) {
    make_reals(datum.keys);
    if (!datum.is_map) std::sort(datum.keys.begin(), datum.keys.end());
  }
  if (type.real_value) make_reals(datum.values);
  return datum;
}

Datum apply_difference(const Datum& old, const Datum& difference) {
  if (old.is_map) return apply_map_difference(old, difference);
  Datum out;
  std::set_symmetric_difference(old.keys.begin(), old.keys.end(), difference.keys.begin(),
                                difference.keys.end(), std::back_inserter(out.keys));
  return out;
}

}  // namespace weft::ovsdb
