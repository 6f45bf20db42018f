#pragma once
// Values of DHCPv4 options as people write them, in the form of dnsmasq 2.90 (dnsmasq(8), --dhcp-option;
// `dnsmasq --help dhcp` lists the names): what Neutron's extra_dhcp_opts are made of.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weft::net {

/// dnsmasq's number of `server-ip-address`, which is no option but the header's siaddr: the server that a
/// boot file comes from.
inline constexpr std::uint8_t kServerAddress = 255;

/// The code of a name ("bootfile-name", "option:67"), of either case, or of a number ("67"). Nothing for
/// unknown names and numbers out of 1..254.
std::optional<std::uint8_t> dhcp_option_code(std::string_view name);

/// The bytes of an option's value: what the option is known to take, else what the text looks like. In that
/// order: bytes in hex ("01:02"), a number (with a last letter b, s or i: of 1, 2, 4 bytes), IPv4 addresses
/// and prefixes (RFC 3442) with commas in between, a text. Errors: kInvalid when the option takes something
/// else.
Result<std::vector<std::uint8_t>> encode_dhcp_value(std::uint8_t code, std::string_view text);

}  // namespace weft::net
