#include "agent/dhcp_responder.h"

#include <algorithm>
#include <optional>

#include "agent/dhcp_options.h"
#include "net/dhcp4.h"

namespace weft::agent {
namespace {

using net::DhcpMessage;
using net::DhcpType;
namespace option = net::dhcp_option;
using Leases = std::span<const DhcpLease>;
using Addresses = std::span<const IpAddress>;

/// What is to be done about a request, with which of the port's leases.
struct Verdict {
  DhcpOutcome outcome = DhcpOutcome::kMalformed;
  const DhcpLease* lease = nullptr;  ///< set when there is an answer
  IpAddress address = {};
};

const DhcpLease* with_address(Leases leases, const IpAddress& address) {
  auto found = std::ranges::find(leases, address, &DhcpLease::address);
  return found == leases.end() ? nullptr : &*found;
}

bool contains(Addresses addresses, const IpAddress& address) {
  return std::ranges::find(addresses, address) != addresses.end();
}

const DhcpLease* of_server(Leases leases, const IpAddress& server) {
  auto found = std::ranges::find(leases, server, &DhcpLease::server);
  return found == leases.end() ? nullptr : &*found;
}

/// The lease that the client would like, if it is one of the port's; else the first.
Verdict judge_discover(const DhcpMessage& request, Leases leases) {
  auto wanted = request.address(option::kRequestedAddress);
  const auto* lease = wanted ? with_address(leases, *wanted) : nullptr;
  if (!lease) lease = &leases.front();
  return {DhcpOutcome::kOffered, lease, lease->address};
}

/// SELECTING and INIT-REBOOT name the address in option 50, RENEWING and REBINDING in ciaddr; SELECTING names
/// the server too (RFC 2131, 4.3.2).
Verdict judge_request(const DhcpMessage& request, Leases leases, Addresses unserved) {
  const IpAddress wanted = request.address(option::kRequestedAddress).value_or(request.client);
  if (wanted.is_unspecified()) return {DhcpOutcome::kMalformed};
  const auto chosen = request.address(option::kServerId);
  const auto* server = chosen ? of_server(leases, *chosen) : &leases.front();
  if (!server) return {DhcpOutcome::kOtherServer, nullptr, wanted};
  if (contains(unserved, wanted)) return {DhcpOutcome::kNoLease, nullptr, wanted};
  if (const auto* lease = with_address(leases, wanted)) return {DhcpOutcome::kAcknowledged, lease, wanted};
  return {DhcpOutcome::kRefused, server, wanted};
}

/// A client that came by its address otherwise asks for the rest.
Verdict judge_inform(const DhcpMessage& request, Leases leases, Addresses unserved) {
  const IpAddress& own = request.client;
  if (own.is_unspecified()) return {DhcpOutcome::kMalformed};
  if (contains(unserved, own)) return {DhcpOutcome::kNoLease, nullptr, own};
  const auto* lease = with_address(leases, own);
  auto on_link = [&](const DhcpLease& l) { return IpPrefix(l.address, l.prefix_length).contains(own); };
  auto neighbour = std::ranges::find_if(leases, on_link);
  if (!lease) lease = neighbour == leases.end() ? &leases.front() : &*neighbour;
  return {DhcpOutcome::kInformed, lease, own};
}

Verdict judge_type(DhcpType type, const DhcpMessage& request, Leases leases, Addresses unserved) {
  switch (type) {
    case DhcpType::kDiscover:
      return judge_discover(request, leases);
    case DhcpType::kRequest:
      return judge_request(request, leases, unserved);
    case DhcpType::kInform:
      return judge_inform(request, leases, unserved);
    case DhcpType::kDecline:
      return {DhcpOutcome::kDeclined, nullptr,
              request.address(option::kRequestedAddress).value_or(IpAddress())};
    case DhcpType::kRelease:
      return {DhcpOutcome::kReleased, nullptr, request.client};
    default:
      return {DhcpOutcome::kMalformed};
  }
}

Verdict judge(const DhcpMessage& request, Leases leases, Addresses unserved) {
  auto type = request.type();
  if (request.reply || !type) return {DhcpOutcome::kMalformed};
  if (!request.relay.is_unspecified()) return {DhcpOutcome::kRelayed};
  if (leases.empty()) return {DhcpOutcome::kNoLease};
  if (request.hardware != leases.front().mac) return {DhcpOutcome::kForeignMac};
  return judge_type(*type, request, leases, unserved);
}

DhcpType type_of(DhcpOutcome outcome) {
  if (outcome == DhcpOutcome::kOffered) return DhcpType::kOffer;
  return outcome == DhcpOutcome::kRefused ? DhcpType::kNak : DhcpType::kAck;
}

DhcpMessage make_reply(const DhcpMessage& request, const Verdict& verdict) {
  const DhcpLease& lease = *verdict.lease;
  DhcpMessage reply{
      .reply = true, .xid = request.xid, .broadcast = request.broadcast, .hardware = request.hardware};
  reply.set_number(option::kMessageType, static_cast<std::uint32_t>(type_of(verdict.outcome)), 1);
  reply.set(option::kServerId, lease.server);
  if (const auto* id = request.find(option::kClientId)) reply.options[option::kClientId] = *id;  // RFC 6842
  if (verdict.outcome == DhcpOutcome::kRefused) {
    constexpr std::string_view kReason = "not an address of this port";
    reply.options[option::kMessage].assign(kReason.begin(), kReason.end());
    reply.broadcast = true;
    return reply;
  }
  const bool inform = verdict.outcome == DhcpOutcome::kInformed;
  if (verdict.outcome != DhcpOutcome::kOffered) reply.client = request.client;
  if (!inform) reply.yours = lease.address;
  add_options(reply, request, lease, inform);
  return reply;
}

/// A client that has an address hears unicast on it; one that has none yet, only on its MAC, or asks for
/// broadcast (RFC 2131, 4.1). NAK is always broadcast.
net::UdpEndpoint reply_target(const DhcpMessage& request, const Verdict& verdict) {
  const DhcpLease& lease = *verdict.lease;
  const net::UdpEndpoint everyone{MacAddress::broadcast(), IpAddress::v4(0xffffffff), net::kDhcpClientPort};
  if (verdict.outcome == DhcpOutcome::kRefused) return everyone;
  if (!request.client.is_unspecified()) return {lease.mac, request.client, net::kDhcpClientPort};
  if (request.broadcast) return everyone;
  return {lease.mac, lease.address, net::kDhcpClientPort};
}

/// The client's own limit (option 57), but never more than the network carries.
std::size_t largest_payload(const DhcpMessage& request, const DhcpLease& lease) {
  constexpr std::size_t kHeaders = 28;  // IPv4 and UDP
  std::size_t most = net::kDhcpLeastMaximum;
  const auto* limit = request.find(option::kMaximumSize);
  if (limit && limit->size() == 2) {
    most = std::max<std::size_t>(most, static_cast<std::size_t>(limit->front()) << 8 | limit->back());
  }
  return std::min(most, static_cast<std::size_t>(lease.mtu)) - kHeaders;
}

Result<DhcpMessage> parse_request(net::FrameView frame) {
  WEFT_TRY(net::UdpPacket udp, net::parse_udp(frame));
  if (udp.destination.port != net::kDhcpServerPort) return fail(Errc::kProtocol, "not for a DHCP server");
  return net::parse_dhcp(udp.payload);
}

}  // namespace

std::string_view to_string(DhcpOutcome outcome) {
  switch (outcome) {
    case DhcpOutcome::kOffered:
      return "offered";
    case DhcpOutcome::kAcknowledged:
      return "acknowledged";
    case DhcpOutcome::kRefused:
      return "refused";
    case DhcpOutcome::kInformed:
      return "informed";
    case DhcpOutcome::kReleased:
      return "released";
    case DhcpOutcome::kDeclined:
      return "declined";
    case DhcpOutcome::kOtherServer:
      return "other_server";
    case DhcpOutcome::kNoLease:
      return "no_lease";
    case DhcpOutcome::kMalformed:
      return "malformed";
    case DhcpOutcome::kForeignMac:
      return "foreign_mac";
    case DhcpOutcome::kRelayed:
      return "relayed";
  }
  return "malformed";
}

fabric::Drop drop_of(DhcpOutcome outcome) {
  switch (outcome) {
    case DhcpOutcome::kMalformed:
    case DhcpOutcome::kRelayed:
      return fabric::Drop::kMalformedRequest;
    case DhcpOutcome::kNoLease:
      return fabric::Drop::kNoLease;
    case DhcpOutcome::kForeignMac:
      return fabric::Drop::kSpoofedMac;
    default:
      return fabric::Drop::kNone;
  }
}

DhcpAnswer answer_dhcp(net::FrameView request_frame, std::span<const DhcpLease> leases,
                       std::span<const IpAddress> unserved) {
  auto request = parse_request(request_frame);
  if (!request) return {DhcpOutcome::kMalformed};
  const Verdict verdict = judge(*request, leases, unserved);
  DhcpAnswer answer{.outcome = verdict.outcome, .address = verdict.address};
  if (!verdict.lease) return answer;
  const net::DhcpLayout layout{.most = largest_payload(*request, *verdict.lease),
                               .order = requested_options(*request, *verdict.lease)};
  const auto payload = net::build_dhcp(make_reply(*request, verdict), layout);
  const net::UdpEndpoint server{verdict.lease->server_mac, verdict.lease->server, net::kDhcpServerPort};
  answer.frame = net::build_udp(server, reply_target(*request, verdict), payload);
  return answer;
}

}  // namespace weft::agent
