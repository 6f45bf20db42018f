#pragma once
// Domain names in options of DHCP.

#include <cstdint>
#include <string>
#include <vector>

namespace weft::net {

/// Names in the form of RFC 1035, 3.1, uncompressed: "a.example" is 1 a 7 example 0. Labels of more than 63
/// bytes and names of more than 255 are left out.
std::vector<std::uint8_t> dns_names(const std::vector<std::string>& names);

}  // namespace weft::net
