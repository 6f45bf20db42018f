#pragma once
// DHCPv6 messages between client and server (RFC 8415), without the packet around them.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "net/packet.h"

namespace weft::net {

inline constexpr std::uint16_t kDhcp6ServerPort = 547;
inline constexpr std::uint16_t kDhcp6ClientPort = 546;

enum class Dhcp6Type : std::uint8_t {
  kSolicit = 1,
  kAdvertise = 2,
  kRequest = 3,
  kConfirm = 4,
  kRenew = 5,
  kRebind = 6,
  kReply = 7,
  kRelease = 8,
  kDecline = 9,
  kReconfigure = 10,
  kInformationRequest = 11,
  kRelayForward = 12,
  kRelayReply = 13,
};

/// Option codes that Weft knows.
namespace dhcp6_option {
inline constexpr std::uint16_t kClientId = 1;
inline constexpr std::uint16_t kServerId = 2;
inline constexpr std::uint16_t kIaNa = 3;
inline constexpr std::uint16_t kIaAddress = 5;
inline constexpr std::uint16_t kRequest = 6;
inline constexpr std::uint16_t kStatus = 13;
inline constexpr std::uint16_t kRapidCommit = 14;
inline constexpr std::uint16_t kDnsServers = 23;    // RFC 3646
inline constexpr std::uint16_t kDomainSearch = 24;  // RFC 3646
inline constexpr std::uint16_t kIaPd = 25;
inline constexpr std::uint16_t kRefreshTime = 32;
inline constexpr std::uint16_t kClientName = 39;  // RFC 4704
}  // namespace dhcp6_option

enum class Dhcp6Code : std::uint16_t {
  kSuccess = 0,
  kUnspecified = 1,
  kNoAddresses = 2,
  kNoBinding = 3,
  kNotOnLink = 4,
  kUseMulticast = 5,
  kNoPrefixes = 6,
};

struct Dhcp6Status {
  Dhcp6Code code = Dhcp6Code::kSuccess;
  std::string text;
  bool operator==(const Dhcp6Status&) const = default;
};

/// An address in an identity association. Lifetimes in seconds; 0xffffffff: for ever.
struct Dhcp6Address {
  IpAddress ip;
  std::uint32_t preferred = 0, valid = 0;
  bool operator==(const Dhcp6Address&) const = default;
};

/// An identity association for addresses: one for each interface of a client (IA_NA). Times in seconds; 0:
/// the client chooses.
struct Dhcp6Association {
  std::uint32_t id = 0;
  std::uint32_t renew_after = 0, rebind_after = 0;  ///< T1, T2
  std::vector<Dhcp6Address> addresses;
  std::optional<Dhcp6Status> status;
  bool operator==(const Dhcp6Association&) const = default;
};

struct Dhcp6Message {
  Dhcp6Type type = Dhcp6Type::kSolicit;
  std::uint32_t transaction = 0;  ///< 24 bits
  std::vector<Dhcp6Association> associations;
  std::optional<Dhcp6Status> status;
  /// The others, as bytes; of one that is repeated, the first.
  std::map<std::uint16_t, std::vector<std::uint8_t>> options;

  bool has(std::uint16_t option) const { return options.contains(option); }
  const std::vector<std::uint8_t>* find(std::uint16_t option) const;
  /// The codes that the client asks for (option 6); an odd byte at the end is ignored.
  std::vector<std::uint16_t> requested() const;
  bool operator==(const Dhcp6Message&) const = default;
};

/// Errors: kProtocol, also for messages of relays, which have another form.
Result<Dhcp6Message> parse_dhcp6(FrameView payload);
/// Identifiers first, then associations, status and the rest by code.
std::vector<std::uint8_t> build_dhcp6(const Dhcp6Message& message);

/// Names in the form of RFC 1035, 3.1, uncompressed: "a.example" is 1 a 7 example 0. Labels of more than 63
/// bytes and names of more than 255 are left out.
std::vector<std::uint8_t> dns_names(const std::vector<std::string>& names);

}  // namespace weft::net
