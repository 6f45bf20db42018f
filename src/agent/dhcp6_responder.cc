#include "agent/dhcp6_responder.h"

#include <algorithm>

#include "agent/dhcp6_extra_options.h"
#include "net/dhcp6.h"
#include "net/dns_names.h"
#include "net/eui64.h"

namespace weft::agent {
namespace {

using Association = net::Dhcp6Association;
using Code = net::Dhcp6Code;
using Message = net::Dhcp6Message;
using Type = net::Dhcp6Type;
using Bytes = std::vector<std::uint8_t>;
namespace option = net::dhcp6_option;

/// What a request is, before what it asks for is looked at (RFC 8415, 16).
enum class Verdict { kSound, kByUnicast, kOtherServer, kMalformed };

struct Request {
  Message message;
  net::UdpEndpoint client;
  bool unicast = false;
};

Bytes server_id(const Dhcp6Lease& lease) {
  Bytes id = {0, 3, 0, 1};  // DUID-LL, Ethernet (RFC 8415, 11.4)
  id.insert(id.end(), lease.server_mac.bytes.begin(), lease.server_mac.bytes.end());
  return id;
}

bool is_link_local(const IpAddress& address) {
  return !address.is_v4() && address.bytes()[0] == 0xfe && (address.bytes()[1] & 0xc0) == 0x80;
}

/// Errors: kProtocol for what is not from a client on the link to all servers or to this one.
Result<Request> parse_request(net::FrameView frame, const Dhcp6Lease& lease) {
  static const IpAddress kAllServers = *IpAddress::parse("ff02::1:2");
  WEFT_TRY(const net::UdpPacket udp, net::parse_udp(frame));
  const bool unicast = udp.destination.address == link_local(lease.server_mac);
  if (udp.destination.port != net::kDhcp6ServerPort || !is_link_local(udp.source.address) ||
      udp.source.mac.is_multicast() || (!unicast && udp.destination.address != kAllServers))
    return fail(Errc::kProtocol, "not from a DHCPv6 client on the link");
  WEFT_TRY(auto message, net::parse_dhcp6(udp.payload));
  return Request{std::move(message), udp.source, unicast};
}

bool has_client_id(const Message& message) {
  constexpr std::size_t kShortest = 3, kLongest = 130;  // a type and 1 to 128 bytes (RFC 8415, 11.1)
  const auto* id = message.find(option::kClientId);
  return id && id->size() >= kShortest && id->size() <= kLongest;
}

Verdict judge(const Request& request, const Dhcp6Lease& lease) {
  const Message& m = request.message;
  const auto* server = m.find(option::kServerId);
  const bool to_other = server && *server != server_id(lease);
  if (m.type == Type::kInformationRequest) {
    if (!m.associations.empty() || request.unicast) return Verdict::kMalformed;
    return to_other ? Verdict::kOtherServer : Verdict::kSound;
  }
  if (!has_client_id(m)) return Verdict::kMalformed;
  switch (m.type) {
    case Type::kSolicit:
    case Type::kConfirm:
    case Type::kRebind:
      return server || request.unicast ? Verdict::kMalformed : Verdict::kSound;
    case Type::kRequest:
    case Type::kRenew:
    case Type::kRelease:
    case Type::kDecline:
      if (!server) return Verdict::kMalformed;
      if (to_other) return Verdict::kOtherServer;
      return request.unicast ? Verdict::kByUnicast : Verdict::kSound;
    default:
      return Verdict::kMalformed;
  }
}

// What a reply says of associations.

net::Dhcp6Status refusal_of(const Association& association) {
  if (association.kind == Association::Kind::kPrefixes)
    return {Code::kNoPrefixes, "prefixes are not delegated"};
  return {Code::kNoAddresses, "the port has no more addresses"};
}

Association with_status(const Association& asked, net::Dhcp6Status status) {
  return {.kind = asked.kind, .id = asked.id, .addresses = {}, .status = std::move(status)};
}

bool is_leased(const Dhcp6Lease& lease, const IpAddress& address) {
  return std::ranges::find(lease.addresses, address) != lease.addresses.end();
}

/// The association that has the lease's addresses, or else the one that gets them: null when there is none.
const Association* chosen(const Message& request, const Dhcp6Lease& lease) {
  const Association* first = nullptr;
  for (const auto& association : request.associations) {
    if (association.kind != Association::Kind::kAddresses || lease.addresses.empty()) continue;
    if (!first) first = &association;
    for (const auto& address : association.addresses)
      if (is_leased(lease, address.ip)) return &association;
  }
  return first;
}

/// All addresses of the lease; those that the client has and should not, with lifetimes of 0.
Association granted(const Association& asked, const Dhcp6Lease& lease, bool withdraw) {
  const auto seconds = lease.lease_seconds;
  const bool endless = seconds == kInfiniteLease;
  Association given{.id = asked.id,
                    .renew_after = endless ? seconds : seconds / 2,
                    .rebind_after = endless ? seconds : seconds / 5 * 4,
                    .addresses = {},
                    .status = {}};
  for (const auto& address : lease.addresses) given.addresses.push_back({address, seconds, seconds});
  for (const auto& address : asked.addresses) {
    if (withdraw && !is_leased(lease, address.ip)) given.addresses.push_back({address.ip, 0, 0});
  }
  return given;
}

bool is_on_link(const Association& association, const Dhcp6Lease& lease) {
  return std::ranges::all_of(association.addresses, [&](const net::Dhcp6Address& address) {
    return std::ranges::any_of(lease.on_link,
                               [&](const auto& prefix) { return prefix.contains(address.ip); });
  });
}

/// SOLICIT and REQUEST.
void assign(const Message& request, const Dhcp6Lease& lease, Message& reply) {
  const auto* lucky = chosen(request, lease);
  for (const auto& asked : request.associations) {
    if (request.type == Type::kRequest && !is_on_link(asked, lease))
      reply.associations.push_back(with_status(asked, {Code::kNotOnLink, "addresses of another link"}));
    else if (&asked == lucky)
      reply.associations.push_back(granted(asked, lease, false));
    else
      reply.associations.push_back(with_status(asked, refusal_of(asked)));
  }
}

/// RENEW and REBIND.
void extend(const Message& request, const Dhcp6Lease& lease, Message& reply) {
  const auto* lucky = chosen(request, lease);
  for (const auto& asked : request.associations) {
    if (&asked == lucky)
      reply.associations.push_back(granted(asked, lease, true));
    else
      reply.associations.push_back(with_status(asked, {Code::kNoBinding, "nothing is leased there"}));
  }
}

/// RELEASE and DECLINE: there is no state to change, so all is well unless something else was meant.
void give_back(const Message& request, const Dhcp6Lease& lease, Message& reply) {
  for (const auto& asked : request.associations) {
    const bool ours = std::ranges::all_of(
        asked.addresses, [&](const net::Dhcp6Address& address) { return is_leased(lease, address.ip); });
    if (asked.kind != Association::Kind::kAddresses || !ours)
      reply.associations.push_back(with_status(asked, {Code::kNoBinding, "nothing is leased there"}));
  }
  reply.status = {Code::kSuccess, ""};
}

/// CONFIRM. An address of the subnet that is not the port's is no better than one of another link: port
/// security lets nothing of it pass. False when the client names none: then nothing is said.
bool confirm(const Message& request, const Dhcp6Lease& lease, Message& reply) {
  bool any = false, all = true;
  for (const auto& association : request.associations) {
    for (const auto& address : association.addresses) {
      any = true;
      all = all && is_leased(lease, address.ip);
    }
  }
  reply.status = {all ? Code::kSuccess : Code::kNotOnLink, ""};
  return any;
}

// Options.

Bytes addresses_bytes(const std::vector<IpAddress>& addresses) {
  Bytes out;
  for (const auto& address : addresses) {
    if (!address.is_v4()) out.insert(out.end(), address.bytes().begin(), address.bytes().end());
  }
  return out;
}

/// RFC 5908: each server's address as a suboption.
Bytes time_servers_bytes(const std::vector<IpAddress>& servers) {
  Bytes out;
  for (const auto& server : servers) {
    if (server.is_v4()) continue;
    const Bytes header = {0, 1, 0, 16};
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), server.bytes().begin(), server.bytes().end());
  }
  return out;
}

/// RFC 4704: the name that the client has, and that this server updates no DNS.
Bytes client_name_bytes(const Message& request, const Dhcp6Lease& lease) {
  constexpr std::uint8_t kServerUpdates = 1, kOverridden = 2, kNoUpdates = 4;
  const auto* asked = request.find(option::kClientName);
  const bool overridden = asked && !asked->empty() && (asked->front() & kServerUpdates);
  Bytes name = net::dns_names({lease.host_name + (lease.domain_name.empty() ? "" : "." + lease.domain_name)});
  if (name.empty()) return {};
  if (lease.domain_name.empty()) name.pop_back();  // a partial name has no end
  name.insert(name.begin(), static_cast<std::uint8_t>(kNoUpdates | (overridden ? kOverridden : 0)));
  return name;
}

/// What this client may ask for.
Dhcp6Options available_options(const Message& request, const Dhcp6Lease& lease) {
  constexpr std::uint32_t kLeastRefresh = 600;  // RFC 8415, 21.23
  Dhcp6Options options = {{option::kDnsServers, addresses_bytes(lease.dns_servers)},
                          {option::kDomainSearch, net::dns_names({lease.domain_name})},
                          {option::kSntpServers, addresses_bytes(lease.ntp_servers)},
                          {option::kNtpServers, time_servers_bytes(lease.ntp_servers)},
                          {option::kClientName, client_name_bytes(request, lease)}};
  if (request.type == Type::kInformationRequest) {
    const auto seconds = std::max(lease.lease_seconds, kLeastRefresh);
    for (int shift : {24, 16, 8, 0})
      options[option::kRefreshTime].push_back(static_cast<std::uint8_t>(seconds >> shift));
  }
  const auto* user_class = request.find(option::kUserClass);
  static constexpr std::string_view kIpxe = "iPXE";
  const bool ipxe = user_class && std::search(user_class->begin(), user_class->end(), kIpxe.begin(),
                                              kIpxe.end()) != user_class->end();
  apply_extra_options(lease.extra_options, ipxe, options);
  std::erase_if(options, [](const auto& entry) { return entry.second.empty(); });
  return options;
}

void add_options(const Message& request, const Dhcp6Lease& lease, Message& reply) {
  auto options = available_options(request, lease);
  for (auto code : request.requested()) {
    if (auto found = options.extract(code)) reply.options.insert(std::move(found));
  }
}

Message start_reply(const Message& request, const Dhcp6Lease& lease) {
  Message reply{.type = Type::kReply, .transaction = request.transaction};
  reply.options[option::kServerId] = server_id(lease);
  if (const auto* id = request.find(option::kClientId)) reply.options[option::kClientId] = *id;
  return reply;
}

bool gives_addresses(const Message& reply) {
  return std::ranges::any_of(reply.associations, [](const auto& each) { return !each.addresses.empty(); });
}

/// Nothing when no answer is due.
std::optional<Message> make_reply(const Message& request, const Dhcp6Lease& lease) {
  Message reply = start_reply(request, lease);
  switch (request.type) {
    case Type::kSolicit:
      assign(request, lease, reply);
      if (request.has(option::kRapidCommit) && gives_addresses(reply))
        reply.options[option::kRapidCommit] = {};
      else
        reply.type = Type::kAdvertise;
      break;
    case Type::kRequest:
      assign(request, lease, reply);
      break;
    case Type::kRenew:
    case Type::kRebind:
      extend(request, lease, reply);
      break;
    case Type::kConfirm:
      if (!confirm(request, lease, reply)) return std::nullopt;
      return reply;
    case Type::kRelease:
    case Type::kDecline:
      give_back(request, lease, reply);
      return reply;
    default:
      break;
  }
  add_options(request, lease, reply);
  return reply;
}

net::Frame frame_of(const Message& reply, const Request& request, const Dhcp6Lease& lease) {
  const net::UdpEndpoint server{lease.server_mac, link_local(lease.server_mac), net::kDhcp6ServerPort};
  const net::UdpEndpoint client{request.client.mac, request.client.address, net::kDhcp6ClientPort};
  return net::build_udp(server, client, net::build_dhcp6(reply));
}

}  // namespace

PacketAnswer answer_dhcp6(net::FrameView request_frame, const Dhcp6Lease& lease) {
  const PacketAnswer malformed{"malformed", {}, fabric::Drop::kMalformedRequest};
  const auto request = parse_request(request_frame, lease);
  if (!request) return malformed;
  switch (judge(*request, lease)) {
    case Verdict::kMalformed:
      return malformed;
    case Verdict::kOtherServer:
      return {"other_server", {}};
    case Verdict::kByUnicast: {
      Message reply = start_reply(request->message, lease);
      reply.status = {Code::kUseMulticast, ""};
      return {"use_multicast", {frame_of(reply, *request, lease)}};
    }
    case Verdict::kSound:
      break;
  }
  const auto reply = make_reply(request->message, lease);
  if (!reply) return {"no_answer_due", {}};
  const bool declined = request->message.type == Type::kDecline;
  return {declined ? "declined" : "answered", {frame_of(*reply, *request, lease)}};
}

}  // namespace weft::agent
