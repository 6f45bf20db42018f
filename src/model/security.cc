#include "model/security.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace weft::model {
namespace {

struct NamedProtocol {
  std::string_view name;
  int number;
};

// The names that neutron-lib's IP_PROTOCOL_MAP has; numbers from IANA's "Assigned Internet Protocol Numbers".
constexpr std::array kProtocols = {
    NamedProtocol{"ah", 51},        NamedProtocol{"dccp", 33},       NamedProtocol{"egp", 8},
    NamedProtocol{"esp", 50},       NamedProtocol{"gre", 47},        NamedProtocol{"hopopt", 0},
    NamedProtocol{"icmp", 1},       NamedProtocol{"icmpv6", 58},     NamedProtocol{"igmp", 2},
    NamedProtocol{"ip", 0},         NamedProtocol{"ipip", 4},        NamedProtocol{"ipv6-encap", 41},
    NamedProtocol{"ipv6-frag", 44}, NamedProtocol{"ipv6-icmp", 58},  NamedProtocol{"ipv6-nonxt", 59},
    NamedProtocol{"ipv6-opts", 60}, NamedProtocol{"ipv6-route", 43}, NamedProtocol{"ospf", 89},
    NamedProtocol{"pgm", 113},      NamedProtocol{"rsvp", 46},       NamedProtocol{"sctp", 132},
    NamedProtocol{"tcp", 6},        NamedProtocol{"udp", 17},        NamedProtocol{"udplite", 136},
    NamedProtocol{"vrrp", 112},
};

}  // namespace

std::string_view to_string(Direction direction) {
  return direction == Direction::kIngress ? "ingress" : "egress";
}

std::optional<Direction> parse_direction(std::string_view text) {
  if (text == "ingress") return Direction::kIngress;
  if (text == "egress") return Direction::kEgress;
  return std::nullopt;
}

std::optional<int> parse_protocol(std::string_view text) {
  auto named =
      std::find_if(kProtocols.begin(), kProtocols.end(), [&](const auto& p) { return p.name == text; });
  if (named != kProtocols.end()) return named->number;
  int number = -1;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc{} || end != text.data() + text.size() || number < 0 || number > 255)
    return std::nullopt;
  return number;
}

bool has_ports(int protocol) {
  return protocol == 6 || protocol == 17 || protocol == 33 || protocol == 132 || protocol == 136;
}

bool is_icmp(int protocol) {
  return protocol == 1 || protocol == 58;
}

// A remote prefix that holds every address says no more than none.
std::string SecurityGroupRule::key() const {
  auto number = [](const std::optional<int>& n) { return n ? std::to_string(*n) : "*"; };
  const bool narrowed = remote_prefix && remote_prefix->length() > 0;
  std::string remote = remote_group           ? remote_group->to_string()
                       : remote_address_group ? remote_address_group->to_string()
                       : narrowed             ? remote_prefix->to_string()
                                              : "*";
  return group.to_string() + '/' + std::string(to_string(direction)) + "/v" +
         std::to_string(static_cast<int>(ethertype)) + '/' + number(protocol) + '/' + number(port_range_min) +
         '-' + number(port_range_max) + '/' + remote;
}

}  // namespace weft::model
