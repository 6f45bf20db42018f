#include "ovsdb/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <utility>

namespace weft::ovsdb {
namespace json = boost::json;

namespace {

void sort_unique(std::vector<Atom>& atoms) {
  if (!std::is_sorted(atoms.begin(), atoms.end())) std::sort(atoms.begin(), atoms.end());
  atoms.erase(std::unique(atoms.begin(), atoms.end()), atoms.end());
}

/// Takes the pairs in any order; of equal keys the first wins.
Datum map_of(std::vector<std::pair<Atom, Atom>> pairs) {
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  Datum out;
  out.is_map = true;
  out.keys.reserve(pairs.size());
  out.values.reserve(pairs.size());
  for (auto& [key, value] : pairs) {
    if (!out.keys.empty() && out.keys.back() == key) continue;
    out.keys.push_back(std::move(key));
    out.values.push_back(std::move(value));
  }
  return out;
}

template <typename T>
std::vector<T> atoms_of(const std::vector<Atom>& atoms) {
  std::vector<T> out;
  out.reserve(atoms.size());
  for (const Atom& atom : atoms) {
    if (const T* value = std::get_if<T>(&atom)) out.push_back(*value);
  }
  return out;
}

/// The scalar of this type, or null.
template <typename T>
const T* scalar(const Datum& datum) {
  return datum.is_map || datum.keys.size() != 1 ? nullptr : std::get_if<T>(&datum.keys.front());
}

struct AtomWriter {
  json::value operator()(std::int64_t v) const { return v; }
  json::value operator()(double v) const { return v; }
  json::value operator()(bool v) const { return v; }
  json::value operator()(const std::string& v) const { return json::value(v); }
  json::value operator()(const Uuid& v) const { return json::array{"uuid", v.to_string()}; }
};

struct AtomAppender {
  std::string& text;
  void operator()(std::int64_t v) const { text += fmt::format_int(v).c_str(); }
  void operator()(double v) const { fmt::format_to(std::back_inserter(text), "{}", v); }
  void operator()(bool v) const { text += v ? "true" : "false"; }
  void operator()(const std::string& v) const { append_json(text, v); }
  void operator()(const Uuid& v) const {
    text += R"(["uuid",")";
    v.append_to(text);
    text += "\"]";
  }
};

bool needs_escape(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

json::value atom_to_json(const Atom& atom) {
  return std::visit(AtomWriter{}, atom);
}

/// The array's second element when it is ["TAG", x]; else null.
const json::value* tagged(const json::value& value, std::string_view tag) {
  const json::array* pair = value.if_array();
  if (!pair || pair->size() != 2) return nullptr;
  const json::string* first = (*pair)[0].if_string();
  return first && std::string_view(*first) == tag ? &(*pair)[1] : nullptr;
}

Result<Atom> atom_from_json(const json::value& value) {
  switch (value.kind()) {
    case json::kind::string:
      return Atom(std::string(value.get_string()));
    case json::kind::int64:
      return Atom(value.get_int64());
    case json::kind::double_:
      return Atom(value.get_double());
    case json::kind::bool_:
      return Atom(value.get_bool());
    case json::kind::array: {
      const json::value* text = tagged(value, "uuid");
      if (!text || !text->is_string()) break;
      if (auto id = Uuid::parse(text->get_string())) return Atom(*id);
      return fail(Errc::kProtocol, "not a UUID");
    }
    default:
      break;
  }
  return fail(Errc::kProtocol, "not an atom");
}

Result<Datum> set_from_json(const json::value& members) {
  const json::array* list = members.if_array();
  if (!list) return fail(Errc::kProtocol, "set: not an array");
  std::vector<Atom> atoms;
  atoms.reserve(list->size());
  for (const json::value& member : *list) {
    auto atom = atom_from_json(member);
    if (!atom) return fail(atom.error().with_context(fmt::format("set[{}]", atoms.size())));
    atoms.push_back(std::move(*atom));
  }
  return Datum::set(std::move(atoms));
}

Result<Datum> map_from_json(const json::value& members) {
  const json::array* list = members.if_array();
  if (!list) return fail(Errc::kProtocol, "map: not an array");
  std::vector<std::pair<Atom, Atom>> pairs;
  pairs.reserve(list->size());
  for (const json::value& member : *list) {
    const json::array* pair = member.if_array();
    if (!pair || pair->size() != 2)
      return fail(Errc::kProtocol, fmt::format("map[{}]: not a pair", pairs.size()));
    auto key = atom_from_json((*pair)[0]);
    if (!key) return fail(key.error().with_context(fmt::format("map[{}].key", pairs.size())));
    auto value = atom_from_json((*pair)[1]);
    if (!value) return fail(value.error().with_context(fmt::format("map[{}].value", pairs.size())));
    pairs.emplace_back(std::move(*key), std::move(*value));
  }
  return map_of(std::move(pairs));
}

}  // namespace

Datum Datum::set(std::vector<Atom> atoms) {
  Datum out;
  out.keys = std::move(atoms);
  sort_unique(out.keys);
  return out;
}

Datum Datum::set(const std::vector<std::string>& strings) {
  return set(std::vector<Atom>(strings.begin(), strings.end()));
}

Datum Datum::map(const std::map<std::string, std::string>& entries) {
  Datum out;
  out.is_map = true;
  for (const auto& [key, value] : entries) {
    out.keys.emplace_back(key);
    out.values.emplace_back(value);
  }
  return out;
}

std::string Datum::string_or(std::string_view fallback) const {
  const auto* value = scalar<std::string>(*this);
  return value ? *value : std::string(fallback);
}

std::int64_t Datum::integer_or(std::int64_t fallback) const {
  const auto* value = scalar<std::int64_t>(*this);
  return value ? *value : fallback;
}

bool Datum::bool_or(bool fallback) const {
  const auto* value = scalar<bool>(*this);
  return value ? *value : fallback;
}

Uuid Datum::uuid_or(const Uuid& fallback) const {
  const auto* value = scalar<Uuid>(*this);
  return value ? *value : fallback;
}

std::vector<std::string> Datum::strings() const {
  return is_map ? std::vector<std::string>{} : atoms_of<std::string>(keys);
}
std::vector<Uuid> Datum::uuids() const {
  return is_map ? std::vector<Uuid>{} : atoms_of<Uuid>(keys);
}
std::vector<std::int64_t> Datum::integers() const {
  return is_map ? std::vector<std::int64_t>{} : atoms_of<std::int64_t>(keys);
}

std::map<std::string, std::string> Datum::string_map() const {
  std::map<std::string, std::string> out;
  if (!is_map) return out;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto* key = std::get_if<std::string>(&keys[i]);
    const auto* value = std::get_if<std::string>(&values[i]);
    if (!key || !value) return {};
    out.emplace_hint(out.end(), *key, *value);
  }
  return out;
}

json::value to_json(const Datum& datum) {
  if (!datum.is_map && datum.keys.size() == 1) return atom_to_json(datum.keys.front());
  json::array members;
  members.reserve(datum.keys.size());
  for (std::size_t i = 0; i < datum.keys.size(); ++i) {
    json::value key = atom_to_json(datum.keys[i]);
    if (datum.is_map) {
      members.push_back(json::array{std::move(key), atom_to_json(datum.values[i])});
    } else {
      members.push_back(std::move(key));
    }
  }
  return json::array{datum.is_map ? "map" : "set", std::move(members)};
}

void append_json(std::string& text, std::string_view string) {
  text += '"';
  while (!string.empty()) {
    auto plain = std::find_if(string.begin(), string.end(), needs_escape) - string.begin();
    text += string.substr(0, plain);
    string.remove_prefix(plain);
    if (string.empty()) break;
    fmt::format_to(std::back_inserter(text), "\\u{:04x}", static_cast<unsigned char>(string.front()));
    string.remove_prefix(1);
  }
  text += '"';
}

void append_json(std::string& text, const Datum& datum) {
  const AtomAppender append{text};
  if (!datum.is_map && datum.keys.size() == 1) return std::visit(append, datum.keys.front());
  text += datum.is_map ? R"(["map",[)" : R"(["set",[)";
  for (std::size_t i = 0; i < datum.keys.size(); ++i) {
    if (i > 0) text += ',';
    if (datum.is_map) text += '[';
    std::visit(append, datum.keys[i]);
    if (!datum.is_map) continue;
    text += ',';
    std::visit(append, datum.values[i]);
    text += ']';
  }
  text += "]]";
}

Result<Datum> datum_from_json(const json::value& value) {
  if (value.is_array()) {
    if (const json::value* members = tagged(value, "set")) return set_from_json(*members);
    if (const json::value* members = tagged(value, "map")) return map_from_json(*members);
  }
  WEFT_TRY(Atom atom, atom_from_json(value));
  return Datum(std::move(atom));
}

}  // namespace weft::ovsdb
