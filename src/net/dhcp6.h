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
inline constexpr std::uint16_t kIaTa = 4;
inline constexpr std::uint16_t kIaAddress = 5;
inline constexpr std::uint16_t kRequest = 6;
inline constexpr std::uint16_t kStatus = 13;
inline constexpr std::uint16_t kRapidCommit = 14;
inline constexpr std::uint16_t kUserClass = 15;
inline constexpr std::uint16_t kDnsServers = 23;    // RFC 3646
inline constexpr std::uint16_t kDomainSearch = 24;  // RFC 3646
inline constexpr std::uint16_t kIaPd = 25;
inline constexpr std::uint16_t kSntpServers = 31;  // RFC 4075
inline constexpr std::uint16_t kRefreshTime = 32;
inline constexpr std::uint16_t kClientName = 39;      // RFC 4704
inline constexpr std::uint16_t kNtpServers = 56;      // RFC 5908
inline constexpr std::uint16_t kBootfileUrl = 59;     // RFC 5970
inline constexpr std::uint16_t kBootfileParams = 60;  // RFC 5970
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

/// What a client wants for an interface, under an identity of its own making. Times in seconds; 0: the client
/// chooses.
struct Dhcp6Association {
  enum class Kind : std::uint16_t {
    kAddresses = dhcp6_option::kIaNa,
    kTemporary = dhcp6_option::kIaTa,  ///< addresses for a short time (RFC 8981); has no T1 and T2
    kPrefixes = dhcp6_option::kIaPd,   ///< networks to hand on; which, is not read
  };
  Kind kind = Kind::kAddresses;
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

}  // namespace weft::net
