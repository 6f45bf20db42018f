#include "store/columns.h"

#include <limits>

namespace weft::store {
namespace {

/// Puts a parser's result in place; false when there is none.
template <typename T>
bool take(const std::optional<T>& parsed, T& out) {
  if (parsed) out = *parsed;
  return parsed.has_value();
}

/// The two halves of "A<separator>B".
std::optional<std::pair<std::string, std::string>> halves(const std::string& text, char separator) {
  auto at = text.find(separator);
  if (at == std::string::npos) return std::nullopt;
  return std::pair(text.substr(0, at), text.substr(at + 1));
}

/// "-" is nothing, for words that may be absent.
std::string or_dash(const std::string& word) {
  return word.empty() ? "-" : word;
}
std::string without_dash(const std::string& word) {
  return word == "-" ? "" : word;
}

}  // namespace

std::string to_text(const IpAddress& ip) {
  return ip.to_string();
}
std::string to_text(const IpPrefix& prefix) {
  return prefix.to_string();
}
std::string to_text(const IpRange& range) {
  return range.start.to_string() + '-' + range.end.to_string();
}
std::string to_text(const MacAddress& mac) {
  return mac.to_string();
}
std::string to_text(const model::AddressPair& pair) {
  auto text = (pair.mac ? pair.mac->to_string() : "-") + ' ' + pair.ip.to_string();
  if (pair.mac_text.empty() && pair.ip_text.empty()) return text;
  return text + ' ' + or_dash(pair.mac_text) + ' ' + or_dash(pair.ip_text);
}
std::string to_text(const model::HostRoute& route) {
  return route.destination.to_string() + ' ' + route.nexthop.to_string();
}
std::string to_text(model::Ipv6Mode mode) {
  return std::string(model::to_string(mode));
}
std::string to_text(const model::ExtraDhcpOption& option) {
  return (option.version == IpVersion::kV4 ? "4 " : "6 ") + option.name + ' ' + option.value;
}
std::string to_text(model::Encapsulation encapsulation) {
  return std::string(model::to_string(encapsulation));
}
std::string to_text(model::Direction direction) {
  return std::string(model::to_string(direction));
}

bool read_text(const std::string& text, IpAddress& ip) {
  return take(IpAddress::parse(text), ip);
}
bool read_text(const std::string& text, IpPrefix& prefix) {
  return take(IpPrefix::parse(text), prefix);
}
bool read_text(const std::string& text, MacAddress& mac) {
  return take(MacAddress::parse(text), mac);
}
bool read_text(const std::string& text, model::Encapsulation& e) {
  return take(model::parse_encapsulation(text), e);
}
bool read_text(const std::string& text, model::Direction& d) {
  return take(model::parse_direction(text), d);
}

bool read_text(const std::string& text, IpRange& range) {
  auto parts = halves(text, '-');
  return parts && read_text(parts->first, range.start) && read_text(parts->second, range.end);
}

bool read_text(const std::string& text, model::AddressPair& pair) {
  pair = {};
  auto parts = halves(text, ' ');
  if (!parts || (parts->first != "-" && !read_text(parts->first, pair.mac.emplace()))) return false;
  auto rest = halves(parts->second, ' ');
  if (!rest) return read_text(parts->second, pair.ip);
  auto written = halves(rest->second, ' ');
  if (!written) return false;
  pair.mac_text = without_dash(written->first);
  pair.ip_text = without_dash(written->second);
  return read_text(rest->first, pair.ip);
}

bool read_text(const std::string& text, model::HostRoute& route) {
  auto parts = halves(text, ' ');
  return parts && read_text(parts->first, route.destination) && read_text(parts->second, route.nexthop);
}

bool read_text(const std::string& text, model::Ipv6Mode& mode) {
  return take(model::parse_ipv6_mode(text), mode);
}

bool read_text(const std::string& text, model::ExtraDhcpOption& option) {
  auto parts = halves(text, ' ');
  if (!parts || (parts->first != "4" && parts->first != "6")) return false;
  auto rest = halves(parts->second, ' ');
  if (!rest) return false;
  option = {.name = rest->first,
            .value = rest->second,
            .version = parts->first == "4" ? IpVersion::kV4 : IpVersion::kV6};
  return true;
}

bool read_atom(const ovsdb::Atom& atom, std::int64_t& number) {
  const auto* found = std::get_if<std::int64_t>(&atom);
  if (found) number = *found;
  return found;
}

bool read_atom(const ovsdb::Atom& atom, int& number) {
  std::int64_t wide = 0;
  if (!read_atom(atom, wide) || wide < std::numeric_limits<int>::min() ||
      wide > std::numeric_limits<int>::max())
    return false;
  number = static_cast<int>(wide);
  return true;
}

bool read_atom(const ovsdb::Atom& atom, bool& flag) {
  const auto* found = std::get_if<bool>(&atom);
  if (found) flag = *found;
  return found;
}

bool read_atom(const ovsdb::Atom& atom, Uuid& id) {
  const auto* found = std::get_if<Uuid>(&atom);
  if (found) id = *found;
  return found;
}

bool read_atom(const ovsdb::Atom& atom, IpVersion& version) {
  std::int64_t number = 0;
  if (!read_atom(atom, number) || (number != 4 && number != 6)) return false;
  version = static_cast<IpVersion>(number);
  return true;
}

std::string to_ordered_text(const std::vector<IpAddress>& list) {
  std::string text;
  for (const IpAddress& ip : list) text += (text.empty() ? "" : " ") + ip.to_string();
  return text;
}

bool read_ordered_text(const std::string& text, std::vector<IpAddress>& list) {
  list.clear();
  for (std::size_t start = 0; start < text.size();) {
    std::size_t end = std::min(text.find(' ', start), text.size());
    if (!read_text(text.substr(start, end - start), list.emplace_back())) return false;
    start = end + 1;
  }
  return true;
}

}  // namespace weft::store
