// Validators of what says who may talk to whom: MACs and address pairs of ports, groups, rules.

#include <set>

#include "model/security.h"
#include "neutron/value_words.h"

namespace weft::neutron {
namespace {

constexpr std::size_t kMaxId = 36;
/// Neutron's max_allowed_address_pair.
constexpr std::size_t kMaxPairs = 10;
constexpr std::size_t kMacDigits = 12;

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

/// The twelve digits of a MAC in any of the ways in which it may be written: fa:16:3e:00:00:01,
/// fa-16-3e-0-0-1, fa16.3e00.0001, fa163e000001. Empty when it is none.
std::string mac_digits(std::string_view text) {
  std::string digits;
  const auto separator = text.find_first_of(":-.");
  const char between = separator == std::string_view::npos ? ':' : text[separator];
  const auto groups = static_cast<std::size_t>(std::count(text.begin(), text.end(), between)) + 1;
  if (groups != 1 && groups != 2 && groups != 3 && groups != 6) return {};
  const std::size_t width = kMacDigits / groups;
  for (std::size_t group = 0; group < groups; ++group) {
    const auto word = text.substr(0, text.find(between));
    const std::size_t least = groups < 3 ? width : 1;  // only short words may lack zeros
    if (word.size() < least || word.size() > width || !is_hex(word)) return {};
    digits += std::string(width - word.size(), '0').append(word);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return digits;
}

tl::unexpected<Error> bad_pair(std::string why, std::string type = "HTTPBadRequest") {
  return fail(Errc::kInvalid, std::move(why), std::move(type));
}

Result<void> check_pair_keys(const json::object& pair) {
  std::string unknown;
  for (const auto& entry : pair) {
    const std::string_view key(entry.key().data(), entry.key().size());
    if (key != "mac_address" && key != "ip_address")
      unknown += (unknown.empty() ? "" : ", ") + std::string(key);
  }
  if (unknown.empty()) return {};
  return bad_pair("Unrecognized attribute(s) '" + unknown + "'");
}

Result<json::value> valid_pair(const json::value& value) {
  const auto* pair = value.if_object();
  if (!pair) return refuse(value, "is not a dictionary");
  json::object normal;
  if (const auto* mac = pair->if_contains("mac_address")) {
    auto valid = valid_mac(*mac);
    if (!valid) return bad_pair(valid.error().message);
    normal["mac_address"] = *mac;
  }
  const auto* ip = pair->if_contains("ip_address");
  if (!ip) return bad_pair("AllowedAddressPair must contain ip_address", "AllowedAddressPairsMissingIP");
  WEFT_CHECK(check_pair_keys(*pair));
  const bool is_prefix = ip->is_string() && text_of(*ip).find('/') != std::string_view::npos;
  if (!ip->is_string() || !IpPrefix::parse(text_of(*ip)))
    return bad_pair("'" + shown(*ip) + "' is not a valid IP " + (is_prefix ? "subnet" : "address"));
  normal["ip_address"] = *ip;
  return normal;
}

}  // namespace

std::optional<MacAddress> read_any_mac(std::string_view text) {
  auto digits = mac_digits(text);
  if (digits.size() != kMacDigits) return std::nullopt;
  for (std::size_t at = 10; at > 0; at -= 2) digits.insert(at, 1, ':');
  return MacAddress::parse(digits);
}

Result<json::value> valid_mac(const json::value& value) {
  auto mac = value.is_string() ? read_any_mac(text_of(value)) : std::nullopt;
  if (!mac || mac->is_multicast() || mac->to_u64() == 0) return refuse(value, "is not a valid MAC address");
  return json::value(mac->to_string());
}

Result<json::value> valid_address_pairs(const json::value& value) {
  if (value.is_null()) return json::value(json::array());
  const auto* list = value.if_array();
  if (!list) return bad_pair("Allowed address pairs must be a list.");
  if (list->size() > kMaxPairs)
    return bad_pair(
        "The number of allowed address pair exceeds the maximum " + std::to_string(kMaxPairs) + ".",
        "AllowedAddressPairExhausted");
  json::array pairs;
  for (const auto& item : *list) {
    WEFT_TRY(auto pair, valid_pair(item));
    pairs.push_back(std::move(pair));
  }
  return json::value(std::move(pairs));
}

Result<json::value> valid_prefixes(const json::value& value) {
  if (value.is_null()) return json::value(json::array());
  const auto* list = value.if_array();
  if (!list) return refuse(value, "is not a list");
  std::set<std::string> seen;
  json::array prefixes;
  for (const auto& item : *list) {
    if (item.is_string() && !seen.emplace(text_of(item)).second)
      return fail(Errc::kInvalid, "Duplicate items in the list: '" + shown(item) + "'");
    WEFT_TRY(auto prefix, valid_cidr(item));
    prefixes.push_back(std::move(prefix));
  }
  return json::value(std::move(prefixes));
}

Result<json::value> valid_group_name(const json::value& value) {
  WEFT_TRY(auto name, valid_name(value));
  if (lower(text_of(name)) != "default") return name;
  return fail(Errc::kConflict, "Default security group already exists.", "SecurityGroupDefaultAlreadyExists");
}

Result<json::value> valid_id(const json::value& value) {
  if (!value.is_string()) return refuse(value, "is not a valid string");
  if (text_of(value).size() > kMaxId)
    return refuse(value, "exceeds maximum length of " + std::to_string(kMaxId));
  return value;
}

Result<json::value> valid_id_or_null(const json::value& value) {
  if (value.is_null() || (value.is_string() && text_of(value).empty())) return json::value(nullptr);
  return valid_id(value);
}

Result<json::value> valid_remote_prefix(const json::value& value) {
  if (value.is_null() || (value.is_string() && text_of(value).empty())) return json::value(nullptr);
  auto prefix = value.is_string() ? IpPrefix::parse(text_of(value)) : std::nullopt;
  if (!prefix)
    return fail(Errc::kInvalid, "Invalid CIDR " + shown(value) + " given as IP prefix.", "InvalidCIDR");
  auto address = IpAddress::parse(text_of(value).substr(0, text_of(value).find('/')));
  return json::value(address->to_string() + '/' + std::to_string(prefix->length()));
}

Result<json::value> valid_direction(const json::value& value) {
  if (value.is_string() && model::parse_direction(text_of(value))) return value;
  return refuse(value, "is not in ['ingress', 'egress']");
}

Result<json::value> valid_ethertype(const json::value& value) {
  auto word = value.is_string() ? lower(text_of(value)) : std::string();
  if (word == "ipv4") return json::value("IPv4");
  if (word == "ipv6") return json::value("IPv6");
  return fail(Errc::kInvalid,
              "Security group rule for ethertype '" + shown(value) +
                  "' not supported. Allowed values are ['IPv4', 'IPv6'].",
              "SecurityGroupRuleInvalidEtherType");
}

Result<json::value> valid_protocol(const json::value& value) {
  if (value.is_null()) return value;
  std::string word = value.is_int64()    ? std::to_string(value.as_int64())
                     : value.is_string() ? lower(text_of(value))
                                         : "";
  if (model::parse_protocol(word)) return json::value(word);
  return fail(
      Errc::kInvalid,
      "Security group rule protocol " + shown(value) +
          " not supported. Only protocol values [None, 'ah', 'dccp', 'egp', 'esp', 'gre', 'hopopt', 'icmp', "
          "'icmpv6', 'igmp', 'ip', 'ipip', 'ipv6-encap', 'ipv6-frag', 'ipv6-icmp', 'ipv6-nonxt', "
          "'ipv6-opts', "
          "'ipv6-route', 'ospf', 'pgm', 'rsvp', 'sctp', 'tcp', 'udp', 'udplite', 'vrrp'] and integer "
          "representations [0 to 255] are supported.",
      "SecurityGroupRuleInvalidProtocol");
}

Result<json::value> valid_port_number(const json::value& value) {
  if (value.is_null()) return value;
  auto number = valid_integer(value);
  if (number && number->as_int64() >= 0 && number->as_int64() <= 65535) return *number;
  return fail(Errc::kInvalid, "Invalid value for port " + shown(value), "SecurityGroupInvalidPortValue");
}

}  // namespace weft::neutron
