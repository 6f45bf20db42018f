#pragma once
// DHCPv4 messages (RFC 2131, options RFC 2132, long options RFC 3396), without the packet around them.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "net/packet.h"

namespace weft::net {

inline constexpr std::uint16_t kDhcpServerPort = 67;
inline constexpr std::uint16_t kDhcpClientPort = 68;

enum class DhcpType : std::uint8_t {
  kDiscover = 1,
  kOffer = 2,
  kRequest = 3,
  kDecline = 4,
  kAck = 5,
  kNak = 6,
  kRelease = 7,
  kInform = 8,
};

/// Option codes that Weft knows (RFC 2132 where nothing else is said).
namespace dhcp_option {
inline constexpr std::uint8_t kSubnetMask = 1;
inline constexpr std::uint8_t kRouters = 3;
inline constexpr std::uint8_t kDnsServers = 6;
inline constexpr std::uint8_t kHostName = 12;
inline constexpr std::uint8_t kDomainName = 15;
inline constexpr std::uint8_t kInterfaceMtu = 26;
inline constexpr std::uint8_t kBroadcastAddress = 28;
inline constexpr std::uint8_t kNtpServers = 42;
inline constexpr std::uint8_t kRequestedAddress = 50;
inline constexpr std::uint8_t kLeaseTime = 51;
inline constexpr std::uint8_t kOverload = 52;
inline constexpr std::uint8_t kMessageType = 53;
inline constexpr std::uint8_t kServerId = 54;
inline constexpr std::uint8_t kParameterRequestList = 55;
inline constexpr std::uint8_t kMessage = 56;  // why a request is refused
inline constexpr std::uint8_t kMaximumSize = 57;
inline constexpr std::uint8_t kRenewalTime = 58;
inline constexpr std::uint8_t kRebindingTime = 59;
inline constexpr std::uint8_t kClientId = 61;
inline constexpr std::uint8_t kTftpServerName = 66;
inline constexpr std::uint8_t kBootFileName = 67;
inline constexpr std::uint8_t kUserClass = 77;                  // RFC 3004
inline constexpr std::uint8_t kFqdn = 81;                       // RFC 4702
inline constexpr std::uint8_t kRelayAgent = 82;                 // RFC 3046
inline constexpr std::uint8_t kDomainSearch = 119;              // RFC 3397
inline constexpr std::uint8_t kClasslessRoutes = 121;           // RFC 3442
inline constexpr std::uint8_t kIpxe = 175;                      // only iPXE sends it
inline constexpr std::uint8_t kMicrosoftClasslessRoutes = 249;  // as 121, as Windows once asked for it
}  // namespace dhcp_option

struct DhcpMessage {
  bool reply = false;  ///< BOOTREPLY
  std::uint32_t xid = 0;
  std::uint16_t seconds = 0;
  bool broadcast = false;   ///< the client can't receive unicast yet
  IpAddress client;         ///< ciaddr
  IpAddress yours;          ///< yiaddr
  IpAddress next_server;    ///< siaddr
  IpAddress relay;          ///< giaddr
  MacAddress hardware;      ///< chaddr
  std::string server_name;  ///< sname, 64 bytes at most; empty where it is overloaded with options
  std::string boot_file;    ///< file, 128 bytes at most; likewise
  std::map<std::uint8_t, std::vector<std::uint8_t>> options;

  const std::vector<std::uint8_t>* find(std::uint8_t option) const;
  /// The value of an option that is one address, one byte; nothing when absent or of another length.
  std::optional<IpAddress> address(std::uint8_t option) const;
  std::optional<DhcpType> type() const;
  void set(std::uint8_t option, const IpAddress& address);
  void set_number(std::uint8_t option, std::uint32_t value, int bytes);
  bool operator==(const DhcpMessage&) const = default;
};

/// Appends a prefix as RFC 3442 writes destinations: its length and the bytes that this makes significant.
void put_destination(std::vector<std::uint8_t>& out, const IpPrefix& destination);

/// Options that appear more than once, also in overloaded fields, are joined (RFC 3396). Errors: kProtocol
/// for lengths that lie, other hardware than Ethernet, BOOTP, and what is neither request nor reply.
Result<DhcpMessage> parse_dhcp(FrameView payload);

/// How a message is written.
struct DhcpLayout {
  /// The payload's bytes at most: options that don't fit go to the fields of server name and boot file, if
  /// these are free (option 52); the last ones are left out if even these are full.
  std::size_t most = 65507;
  /// Codes in the order in which they are written, after message type, server identifier and lease time; the
  /// rest follows by code.
  std::vector<std::uint8_t> order = {};
};

/// The smallest message that every client takes, with the headers of IP and UDP (RFC 2131, 2).
inline constexpr std::size_t kDhcpLeastMaximum = 576;

/// Values of more than 255 bytes are several options (RFC 3396). Padded to BOOTP's 300 bytes.
std::vector<std::uint8_t> build_dhcp(const DhcpMessage& message, const DhcpLayout& layout = {});

}  // namespace weft::net
