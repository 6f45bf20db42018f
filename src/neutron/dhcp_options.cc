#include "neutron/dhcp_options.h"

#include <set>

#include "neutron/value_words.h"

namespace weft::neutron {
namespace {

using model::ExtraDhcpOption;

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxValue = 255;
constexpr std::string_view kBlank = " \t\n\v\f\r";

/// Only these may be given without a value: not to be sent at all.
bool may_be_blank(std::string_view name) {
  return name == "router" || name == "classless-static-route";
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(kBlank) == std::string_view::npos;
}

/// No name of an option has blanks, and a client could not get it.
Result<void> check_name(const json::value* name) {
  if (!name) return fail(Errc::kInvalid, "opt_name is missing");
  if (!name->is_string()) return fail(Errc::kInvalid, "opt_name is not a valid string");
  auto text = text_of(*name);
  if (text.empty()) return fail(Errc::kInvalid, "opt_name is blank");
  if (text.find_first_of(kBlank) != std::string_view::npos || text.find('\0') != std::string_view::npos)
    return fail(Errc::kInvalid, "opt_name has a blank inside");
  if (text.size() > kMaxName) return fail(Errc::kInvalid, "opt_name exceeds maximum length of 64");
  return {};
}

Result<void> check_value(const json::value* value, std::string_view name) {
  if (!value) return fail(Errc::kInvalid, "opt_value is missing");
  if (value->is_null()) return {};
  if (!text_up_to(*value, kMaxValue))
    return fail(Errc::kInvalid, "opt_value is not a valid string of at most 255 bytes");
  auto text = text_of(*value);
  if (is_blank(text) && !may_be_blank(name)) return fail(Errc::kInvalid, "opt_value is blank");
  if (text.find_first_of("\n\r") != std::string_view::npos)
    return fail(Errc::kInvalid, "opt_value has more than one line");
  return {};
}

Result<std::int64_t> read_version(const json::value* version) {
  if (!version) return 4;
  auto number = valid_ip_version(*version);
  if (!number) return fail(Errc::kInvalid, "ip_version is not in [4, 6]");
  return number->as_int64();
}

Result<void> check_keys(const json::object& item) {
  for (const auto& entry : item)
    if (entry.key() != "opt_name" && entry.key() != "opt_value" && entry.key() != "ip_version")
      return fail(Errc::kInvalid, "'" + std::string(entry.key()) + "' is not known");
  return {};
}

Result<json::object> read_option(const json::value& value) {
  const auto* item = value.if_object();
  if (!item) return fail(Errc::kInvalid, "it is not a dictionary");
  WEFT_CHECK(check_keys(*item));
  const auto *name = item->if_contains("opt_name"), *option_value = item->if_contains("opt_value");
  WEFT_CHECK(check_name(name));
  WEFT_CHECK(check_value(option_value, text_of(*name)));
  WEFT_TRY(auto version, read_version(item->if_contains("ip_version")));
  return json::object{{"opt_name", *name}, {"opt_value", *option_value}, {"ip_version", version}};
}

IpVersion version_of(const json::object& option) {
  return option.at("ip_version") == 4 ? IpVersion::kV4 : IpVersion::kV6;
}

tl::unexpected<Error> refuse_options(const std::string& why) {
  return fail(Errc::kInvalid, "extra_dhcp_opts: " + why, "InvalidInput");
}

tl::unexpected<Error> named_twice(const json::object& option) {
  return fail(Errc::kConflict,
              "Failed to create a duplicate ExtraDhcpOpt: extra_dhcp_opts names " +
                  std::string(text_of(option.at("opt_name"))) + " of IPv" +
                  std::to_string(option.at("ip_version").as_int64()) + " more than once.",
              "NeutronDbObjectDuplicateEntry");
}

}  // namespace

Result<json::value> valid_dhcp_options(const json::value& value) {
  if (value.is_null()) return json::value(json::array());
  const auto* list = value.if_array();
  if (!list) return refuse_options("'" + shown(value) + "' is not a list");
  json::array options;
  std::set<std::pair<std::string_view, IpVersion>> seen;
  for (const auto& item : *list) {
    auto option = read_option(item);
    if (!option)
      return refuse_options("No valid key specs matched for: " + shown(item) + ": " + option.error().message);
    if (!seen.emplace(text_of(item.at("opt_name")), version_of(*option)).second) return named_twice(*option);
    options.push_back(std::move(*option));
  }
  return json::value(std::move(options));
}

void change_dhcp_options(std::vector<ExtraDhcpOption>& options, const json::array& changes) {
  for (const auto& change : changes) {
    const auto& item = change.as_object();
    ExtraDhcpOption option{std::string(text_of(item.at("opt_name"))), {}, version_of(item)};
    auto known = std::find_if(options.begin(), options.end(), [&](const auto& other) {
      return other.name == option.name && other.version == option.version;
    });
    const bool goes = item.at("opt_value").is_null();
    if (!goes) option.value = text_of(item.at("opt_value"));
    if (known == options.end()) {
      if (!goes) options.push_back(std::move(option));
    } else if (goes) {
      options.erase(known);
    } else {
      *known = std::move(option);
    }
  }
}

}  // namespace weft::neutron
