#include "neutron/validators.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <set>

#include "model/network.h"
#include "neutron/value_words.h"

namespace weft::neutron {
namespace {

constexpr std::size_t kMaxText = 255;
constexpr std::size_t kMaxLongText = 1024;
constexpr std::size_t kMaxTag = 60;

/// Failures that Neutron's converters report, as InvalidInput.
tl::unexpected<Error> refuse_conversion(const json::value& value, std::string_view why) {
  return fail(Errc::kInvalid, "'" + shown(value) + "' " + std::string(why), "InvalidInput");
}

const json::array* list_of(const json::value& value) {
  return value.if_array();
}

/// The text under `key` of an object, or nothing when it is absent or no text.
std::optional<std::string_view> member(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (!value || !value->is_string()) return std::nullopt;
  return text_of(*value);
}

bool has_only(const json::object& object, std::initializer_list<std::string_view> keys) {
  return std::all_of(object.begin(), object.end(), [&](const auto& entry) {
    return std::find(keys.begin(), keys.end(), std::string_view(entry.key().data(), entry.key().size())) !=
           keys.end();
  });
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

Result<json::value> valid_fixed_ip(const json::value& value, std::set<std::string>& seen) {
  auto bad = [&] { return fail(Errc::kInvalid, "Invalid data format for fixed IP: '" + shown(value) + "'"); };
  const auto* object = value.if_object();
  if (!object || !has_only(*object, {"subnet_id", "ip_address"})) return bad();
  if (const auto* subnet = object->if_contains("subnet_id")) {
    WEFT_CHECK(valid_uuid(*subnet));
  }
  if (object->contains("ip_address")) {
    auto text = member(*object, "ip_address");
    auto address = text ? IpAddress::parse(*text) : std::nullopt;
    if (!address) return refuse(object->at("ip_address"), "is not a valid IP address");
    if (!seen.insert(address->to_string()).second)
      return fail(Errc::kInvalid, "Duplicate IP address '" + std::string(*text) + "'");
  }
  return value;
}

}  // namespace

Result<json::value> text_up_to(const json::value& value, std::size_t most) {
  if (!value.is_string()) return refuse(value, "is not a valid string");
  auto text = text_of(value);
  if (text.size() > most) return refuse(value, "exceeds maximum length of " + std::to_string(most));
  if (text.find('\0') != std::string_view::npos) return refuse(value, "is not a valid string");
  return value;
}

std::string shown(const json::value& value) {
  std::string text = value.is_string() ? std::string(text_of(value)) : json::serialize(value);
  if (value.is_null()) text = "None";
  if (value.is_bool()) text = value.as_bool() ? "True" : "False";
  if (text.size() <= 300) return text;
  std::size_t end = 300;  // not inside of a UTF-8 sequence
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

Result<json::value> valid_text(const json::value& value) {
  return text_up_to(value, kMaxText);
}
Result<json::value> valid_name(const json::value& value) {
  return text_up_to(value, kMaxText);
}

Result<json::value> valid_description(const json::value& value) {
  if (value.is_null()) return json::value("");
  return text_up_to(value, kMaxText);
}

Result<json::value> valid_long_description(const json::value& value) {
  return text_up_to(value, kMaxLongText);
}

Result<json::value> valid_text_or_null(const json::value& value) {
  if (value.is_null()) return value;
  return text_up_to(value, kMaxText);
}

Result<json::value> valid_boolean(const json::value& value) {
  if (value.is_bool()) return value;
  if (value.is_int64() && (value.as_int64() == 0 || value.as_int64() == 1))
    return json::value(value.as_int64() == 1);
  auto word = value.is_string() ? lower(text_of(value)) : std::string();
  if (word == "true" || word == "1") return json::value(true);
  if (word == "false" || word == "0") return json::value(false);
  return refuse_conversion(value, "cannot be converted to boolean");
}

Result<json::value> valid_integer(const json::value& value) {
  if (value.is_int64()) return value;
  if (value.is_string()) {
    auto text = text_of(value);
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return json::value(number);
  }
  return refuse_conversion(value, "is not an integer");
}

Result<json::value> valid_integer_or_null(const json::value& value) {
  if (value.is_null()) return value;
  return valid_integer(value);
}

Result<json::value> valid_uuid(const json::value& value) {
  if (value.is_string() && Uuid::parse(text_of(value))) return value;
  return refuse(value, "is not a valid UUID");
}

Result<json::value> valid_uuid_or_null(const json::value& value) {
  if (value.is_null()) return value;
  return valid_uuid(value);
}

Result<json::value> valid_uuid_list(const json::value& value) {
  if (value.is_null()) return json::value(json::array());
  const auto* list = list_of(value);
  if (!list) return refuse(value, "is not a list");
  std::set<std::string_view> seen;
  for (const auto& item : *list) {
    WEFT_CHECK(valid_uuid(item));
    if (!seen.insert(text_of(item)).second)
      return fail(Errc::kInvalid, "Duplicate items in the list: '" + shown(item) + "'");
  }
  return value;
}

Result<json::value> valid_address_or_null(const json::value& value) {
  if (value.is_null()) return value;
  auto address = value.is_string() ? IpAddress::parse(text_of(value)) : std::nullopt;
  if (!address) return refuse(value, "is not a valid IP address");
  return json::value(address->to_string());
}

Result<json::value> valid_cidr(const json::value& value) {
  auto prefix = value.is_string() ? IpPrefix::parse(text_of(value)) : std::nullopt;
  if (!prefix) return refuse(value, "is not a valid IP subnet");
  if (text_of(value).find('/') == std::string_view::npos)
    return refuse(value, "isn't a recognized IP subnet cidr, '" + prefix->to_string() + "' is recommended");
  return json::value(prefix->to_string());
}

Result<json::value> valid_ip_version(const json::value& value) {
  WEFT_TRY(auto number, valid_integer(value));
  if (number.as_int64() != 4 && number.as_int64() != 6) return refuse(value, "is not in [4, 6]");
  return number;
}

Result<json::value> valid_ipv6_mode(const json::value& value) {
  if (value.is_string() && model::parse_ipv6_mode(text_of(value))) return value;
  return refuse(value, "is not in ['dhcpv6-stateful', 'dhcpv6-stateless', 'slaac']");
}

Result<json::value> valid_subnetpool(const json::value& value) {
  if (value.is_string() && text_of(value) == kPrefixDelegation) return value;
  return valid_uuid_or_null(value);
}

Result<json::value> valid_pools(const json::value& value) {
  const auto* list = list_of(value);
  if (!list) return fail(Errc::kInvalid, "Invalid data format for IP pool: '" + shown(value) + "'");
  for (const auto& item : *list) {
    const auto* pool = item.if_object();
    if (!pool || pool->size() != 2 || !pool->contains("start") || !pool->contains("end"))
      return fail(Errc::kInvalid, "Invalid data format for IP pool: '" + shown(item) + "'");
    for (auto edge : {"start", "end"}) {
      auto text = member(*pool, edge);
      if (!text || !IpAddress::parse(*text)) return refuse(pool->at(edge), "is not a valid IP address");
    }
  }
  return value;
}

Result<json::value> valid_nameservers(const json::value& value) {
  if (value.is_null()) return json::value(json::array());
  const auto* list = list_of(value);
  if (!list) return fail(Errc::kInvalid, "Invalid data format for nameserver: '" + shown(value) + "'");
  std::set<std::string_view> seen;
  for (const auto& item : *list) {
    if (!item.is_string() || !IpAddress::parse(text_of(item)))
      return refuse(item, "is not a valid nameserver. '" + shown(item) + "' is not a valid IP address");
    if (!seen.insert(text_of(item)).second)
      return fail(Errc::kInvalid, "Duplicate nameserver '" + shown(item) + "'");
  }
  return value;
}

Result<json::value> valid_host_routes(const json::value& value) {
  if (value.is_null()) return json::value(json::array());
  const auto* list = list_of(value);
  if (!list) return fail(Errc::kInvalid, "Invalid data format for hostroute: '" + shown(value) + "'");
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& item : *list) {
    const auto* route = item.if_object();
    if (!route || route->size() != 2 || !route->contains("destination") || !route->contains("nexthop"))
      return fail(Errc::kInvalid, "Invalid data format for hostroute: '" + shown(item) + "'");
    auto destination = member(*route, "destination"), nexthop = member(*route, "nexthop");
    WEFT_CHECK(valid_cidr(route->at("destination")));
    if (!nexthop || !IpAddress::parse(*nexthop))
      return refuse(route->at("nexthop"), "is not a valid IP address");
    if (!seen.emplace(*destination, *nexthop).second)
      return fail(Errc::kInvalid, "Duplicate hostroute '" + shown(item) + "'");
  }
  return value;
}

Result<json::value> valid_fixed_ips(const json::value& value) {
  const auto* list = list_of(value);
  if (!list) return fail(Errc::kInvalid, "Invalid data format for fixed IP: '" + shown(value) + "'");
  std::set<std::string> seen;
  for (const auto& item : *list) {
    WEFT_CHECK(valid_fixed_ip(item, seen));
  }
  return value;
}

Result<json::value> valid_object(const json::value& value) {
  if (value.is_null()) return json::value(json::object());
  if (!value.is_object()) return refuse(value, "is not a dictionary");
  return value;
}

Result<json::value> valid_tags(const json::value& value) {
  const auto* list = list_of(value);
  if (!list) return refuse(value, "is not a list");
  for (const auto& tag : *list) {
    WEFT_CHECK(text_up_to(tag, kMaxTag));
    if (text_of(tag).empty()) return refuse(tag, "is not a valid tag");
  }
  return value;
}

Result<json::value> valid_vnic_type(const json::value& value) {
  if (value.is_string() &&
      is_one_of(text_of(value),
                {"normal", "direct", "macvtap", "baremetal", "direct-physical", "virtio-forwarder",
                 "smart-nic", "vdpa", "accelerator-direct", "accelerator-direct-physical", "remote-managed"}))
    return value;
  return refuse(
      value,
      "is not in ['normal', 'direct', 'macvtap', 'baremetal', 'direct-physical', 'virtio-forwarder', "
      "'smart-nic', 'vdpa', 'accelerator-direct', 'accelerator-direct-physical', 'remote-managed']");
}

Result<json::value> valid_nothing(const json::value& value) {
  bool nothing = value.is_null() || (value.is_bool() && !value.as_bool()) ||
                 (value.is_string() && value.as_string().empty()) ||
                 (value.is_array() && value.as_array().empty()) ||
                 (value.is_object() && value.as_object().empty());
  if (nothing) return value;
  return refuse(value, "is not supported");
}

Result<json::value> valid_true(const json::value& value) {
  WEFT_TRY(auto truth, valid_boolean(value));
  if (truth.as_bool()) return truth;
  return refuse(value, "is not supported");
}

}  // namespace weft::neutron
