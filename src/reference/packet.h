#pragma once
// A packet as the policy sees it.

#include <compare>
#include <cstdint>
#include <optional>

#include "net/ip.h"
#include "net/mac.h"

namespace weft::reference {

inline constexpr int kIcmp = 1, kTcp = 6, kUdp = 17, kIcmpv6 = 58, kSctp = 132;

/// IP fragments show their ports or ICMP type in the first one only.
enum class Fragment : std::uint8_t { kWhole, kFirst, kLater };

/// A packet as a port sends it, or as it arrives from another node.
struct Packet {
  MacAddress eth_src, eth_dst;
  bool tagged = false;  ///< carries an 802.1Q tag
  int length = 0;       ///< bytes after the Ethernet header and the tag; 0: no more than it needs

  struct Arp {
    int operation = 1;
    MacAddress sender_mac;
    IpAddress sender_ip, target_ip;
    MacAddress target_mac = {};
    bool operator==(const Arp&) const = default;
  };
  struct Ip {
    IpAddress source, destination;  ///< of one version
    int protocol = kTcp;            ///< IPv6: the one after the extension headers
    Fragment fragment = Fragment::kWhole;
    int source_port = 0, destination_port = 0;  ///< TCP, UDP, SCTP; a later fragment's are those of its whole
    int icmp_type = 0, icmp_code = 0;           ///< ICMP, ICMPv6; likewise
    int hop_limit = 255;                        ///< IPv4: time to live
    bool operator==(const Ip&) const = default;
  };
  /// What a neighbour solicitation or advertisement tells (RFC 4861).
  struct Neighbour {
    IpAddress target;
    std::optional<MacAddress>
        link_layer;     ///< option: source's of a solicitation, target's of an advertisement
    bool nonce = true;  ///< another option follows (RFC 7527)
    bool router = false, solicited = false, override = false;  ///< flags of an advertisement
    bool operator==(const Neighbour&) const = default;
  };
  std::optional<Arp> arp;
  std::optional<Ip> ip;      ///< neither: a frame of another protocol
  Neighbour neighbour;       ///< of ICMPv6 135 and 136
  std::optional<Ip> quoted;  ///< of an ICMP error: the packet that it is about
  bool operator==(const Packet&) const = default;
};

bool is_v4(const Packet::Ip& ip);
bool is_icmp(const Packet::Ip& ip);  ///< ICMP in IPv4, ICMPv6 in IPv6
/// Are the ports or the ICMP type in this packet?
bool shows_details(const Packet::Ip& ip);

bool is_router_advertisement(const Packet::Ip& ip);
bool is_redirect(const Packet::Ip& ip);  ///< of a router
bool is_router_solicitation(const Packet::Ip& ip);
bool is_solicitation(const Packet::Ip& ip);   ///< of a neighbour
bool is_advertisement(const Packet::Ip& ip);  ///< of a neighbour
/// Advertisements and solicitations of neighbours, advertisements of routers.
bool is_neighbour_discovery(const Packet::Ip& ip);
/// Neighbour discovery (RFC 4861) or multicast listener discovery (RFC 2710, RFC 3810).
bool is_neighbour_or_listener(const Packet::Ip& ip);
bool is_echo_request(const Packet::Ip& ip);     ///< a ping, of either version
bool is_dhcp_request(const Packet::Ip& ip);     ///< from a client's port to a server's, of either version
bool is_dhcp_answer(const Packet::Ip& ip);      ///< from a server's port to a client's
bool is_for_dhcp_client(const Packet::Ip& ip);  ///< from any port: clients take answers from all

/// The packet the other way round. ICMP queries become their answers and answers queries.
Packet::Ip reversed(Packet::Ip ip);

}  // namespace weft::reference
