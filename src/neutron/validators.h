#pragma once
// Validators of attribute values: each gives the value in its normal form, or the reason that Neutron gives.

#include <boost/json/value.hpp>
#include <optional>

#include "base/result.h"
#include "net/mac.h"

namespace weft::neutron {

namespace json = boost::json;

/// A failure's message is the reason without a final dot; its type, if any, replaces HTTPBadRequest.
using Validator = Result<json::value> (*)(const json::value&);

Result<json::value> valid_name(const json::value& value);              ///< text of at most 255 bytes
Result<json::value> valid_description(const json::value& value);       ///< the same; null is ""
Result<json::value> valid_long_description(const json::value& value);  ///< the same of 1,024 bytes
Result<json::value> valid_text(const json::value& value);              ///< the same, never null
Result<json::value> valid_boolean(const json::value& value);           ///< true, "true", "1", 1, ...
Result<json::value> valid_integer(const json::value& value);           ///< 5 or "5"
Result<json::value> valid_integer_or_null(const json::value& value);
Result<json::value> valid_uuid(const json::value& value);
Result<json::value> valid_uuid_or_null(const json::value& value);
Result<json::value> valid_uuid_list(const json::value& value);  ///< null is []
Result<json::value> valid_mac(const json::value& value);        ///< in any of the usual ways of writing
Result<json::value> valid_address_or_null(const json::value& value);
Result<json::value> valid_cidr(const json::value& value);
Result<json::value> valid_ip_version(const json::value& value);
Result<json::value> valid_ipv6_mode(const json::value& value);   ///< a word of Neutron's IPV6_MODES
Result<json::value> valid_subnetpool(const json::value& value);  ///< an id, kPrefixDelegation or null
Result<json::value> valid_pools(const json::value& value);
Result<json::value> valid_nameservers(const json::value& value);
Result<json::value> valid_host_routes(const json::value& value);
Result<json::value> valid_prefixes(const json::value& value);  ///< in normal form; null is []
Result<json::value> valid_fixed_ips(const json::value& value);
Result<json::value> valid_address_pairs(const json::value& value);  ///< each as written; null is []
Result<json::value> valid_object(const json::value& value);         ///< null is {}
Result<json::value> valid_text_or_null(const json::value& value);
Result<json::value> valid_dns_name(
    const json::value& value);  ///< one label or more, in lower case; may be ""
Result<json::value> valid_dns_domain(
    const json::value& value);  ///< with its final dot, in lower case; may be ""
/// extra_dhcp_opts: a list of {opt_name, opt_value, ip_version}, all given; null is [].
Result<json::value> valid_dhcp_options(const json::value& value);
Result<json::value> valid_tags(const json::value& value);
Result<json::value> valid_vnic_type(const json::value& value);
Result<json::value> valid_group_name(const json::value& value);  ///< any name but "default"
/// Text that may be an id: whether it is one is for the look-up to say.
Result<json::value> valid_id(const json::value& value);
Result<json::value> valid_id_or_null(const json::value& value);  ///< the same; "" is null
Result<json::value> valid_direction(const json::value& value);
Result<json::value> valid_ethertype(const json::value& value);
Result<json::value> valid_protocol(const json::value& value);
/// PREFIX with its host bits, as Neutron keeps it; an address alone is a host prefix; "" is null.
Result<json::value> valid_remote_prefix(const json::value& value);
Result<json::value> valid_port_number(const json::value& value);
/// Attributes that the client may name, but only to leave them empty: null, "", [], {} or false.
Result<json::value> valid_nothing(const json::value& value);
/// The same for those whose default, and only value here, is true.
Result<json::value> valid_true(const json::value& value);

/// What a client writes in place of a subnet pool's id to have its prefix delegated.
inline constexpr std::string_view kPrefixDelegation = "prefix_delegation";

/// A MAC in any of the ways that valid_mac() takes.
std::optional<MacAddress> read_any_mac(std::string_view text);

/// A value as Python would print it in an error message, shortened.
std::string shown(const json::value& value);

}  // namespace weft::neutron
