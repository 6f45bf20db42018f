#pragma once
// How the members of intent objects look in OVSDB columns. One pair of overloads per type: to_datum and
// read_datum; the latter says whether the datum was well-formed.

#include "model/security.h"
#include "ovsdb/value.h"

namespace weft::store {

// Values that have a text form.
std::string to_text(const IpAddress& ip);
std::string to_text(const IpPrefix& prefix);
std::string to_text(const IpRange& range);  ///< "START-END"
std::string to_text(const MacAddress& mac);
/// "MAC PREFIX", "- PREFIX" for the port's own MAC. When the caller wrote them otherwise: "MAC PREFIX WRITTEN
/// WRITTEN", with "-" for the one that was not.
std::string to_text(const model::AddressPair& pair);
std::string to_text(const model::HostRoute& route);  ///< "PREFIX NEXTHOP"
std::string to_text(model::Ipv6Mode mode);
std::string to_text(const model::ExtraDhcpOption& option);  ///< "VERSION NAME VALUE"; the value may be empty
std::string to_text(model::Encapsulation encapsulation);
std::string to_text(model::Direction direction);
inline const std::string& to_text(const std::string& text) {
  return text;
}

bool read_text(const std::string& text, IpAddress& ip);
bool read_text(const std::string& text, IpPrefix& prefix);
bool read_text(const std::string& text, IpRange& range);
bool read_text(const std::string& text, MacAddress& mac);
bool read_text(const std::string& text, model::AddressPair& pair);
bool read_text(const std::string& text, model::HostRoute& route);
bool read_text(const std::string& text, model::Ipv6Mode& mode);
bool read_text(const std::string& text, model::ExtraDhcpOption& option);
bool read_text(const std::string& text, model::Encapsulation& encapsulation);
bool read_text(const std::string& text, model::Direction& direction);
inline bool read_text(const std::string& text, std::string& out) {
  out = text;
  return true;
}

// Atoms: numbers, booleans and UUIDs as themselves, everything else as text.
inline ovsdb::Atom to_atom(std::int64_t number) {
  return number;
}
inline ovsdb::Atom to_atom(int number) {
  return std::int64_t{number};
}
inline ovsdb::Atom to_atom(bool flag) {
  return flag;
}
inline ovsdb::Atom to_atom(const Uuid& id) {
  return id;
}
inline ovsdb::Atom to_atom(IpVersion version) {
  return static_cast<std::int64_t>(version);
}
template <typename T>
ovsdb::Atom to_atom(const T& value) {
  return to_text(value);
}

bool read_atom(const ovsdb::Atom& atom, std::int64_t& number);
bool read_atom(const ovsdb::Atom& atom, int& number);
bool read_atom(const ovsdb::Atom& atom, bool& flag);
bool read_atom(const ovsdb::Atom& atom, Uuid& id);
bool read_atom(const ovsdb::Atom& atom, IpVersion& version);
template <typename T>
bool read_atom(const ovsdb::Atom& atom, T& value) {
  const auto* text = std::get_if<std::string>(&atom);
  return text && read_text(*text, value);
}

// Data: a scalar, an optional, a set.
template <typename T>
ovsdb::Datum to_datum(const T& value) {
  return ovsdb::Datum(to_atom(value));
}
template <typename T>
ovsdb::Datum to_datum(const std::optional<T>& value) {
  return value ? ovsdb::Datum(to_atom(*value)) : ovsdb::Datum();
}
template <typename T>
ovsdb::Datum to_datum(const std::vector<T>& values) {
  std::vector<ovsdb::Atom> atoms;
  atoms.reserve(values.size());
  for (const T& value : values) atoms.push_back(to_atom(value));
  return ovsdb::Datum::set(std::move(atoms));
}

template <typename T>
bool read_datum(const ovsdb::Datum& datum, T& value) {
  return datum.keys.size() == 1 && read_atom(datum.keys.front(), value);
}
template <typename T>
bool read_datum(const ovsdb::Datum& datum, std::optional<T>& value) {
  value.reset();
  return datum.keys.empty() || read_datum(datum, value.emplace());
}
template <typename T>
bool read_datum(const ovsdb::Datum& datum, std::vector<T>& values) {
  values.clear();
  for (const auto& atom : datum.keys) {
    if (!read_atom(atom, values.emplace_back())) return false;
  }
  return true;
}

/// A list whose order matters, as one space-separated string (OVSDB sets have no order).
std::string to_ordered_text(const std::vector<IpAddress>& list);
bool read_ordered_text(const std::string& text, std::vector<IpAddress>& list);

}  // namespace weft::store
