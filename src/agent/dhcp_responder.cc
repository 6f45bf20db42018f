#include "agent/dhcp_responder.h"

#include <algorithm>

#include "net/dhcp4.h"
#include "net/dns_names.h"

namespace weft::agent {
namespace {

using net::DhcpMessage;
using net::DhcpType;
namespace option = net::dhcp_option;
using Bytes = std::vector<std::uint8_t>;

void append(Bytes& out, const IpAddress& address) {
  out.insert(out.end(), address.bytes().begin(), address.bytes().begin() + 4);
}

/// One destination of option 121: prefix length, its significant bytes, router (RFC 3442).
void append_route(Bytes& out, const IpPrefix& destination, const IpAddress& router) {
  out.push_back(static_cast<std::uint8_t>(destination.length()));
  auto significant = (destination.length() + 7) / 8;
  const auto& bytes = destination.address().bytes();
  out.insert(out.end(), bytes.begin(), bytes.begin() + significant);
  append(out, router);
}

/// A client that takes option 121 must ignore option 3: the default route is in it too.
Bytes classless_routes(const DhcpLease& lease) {
  Bytes out;
  bool has_default = false;
  for (const model::HostRoute& route : lease.host_routes) {
    if (!route.destination.address().is_v4() || !route.nexthop.is_v4()) continue;
    has_default |= route.destination.length() == 0;
    append_route(out, route.destination, route.nexthop);
  }
  if (lease.gateway && !has_default) append_route(out, IpPrefix(), *lease.gateway);
  return out;
}

Bytes addresses(const std::vector<IpAddress>& list) {
  Bytes out;
  for (const IpAddress& address : list) {
    if (address.is_v4()) append(out, address);
  }
  return out;
}

/// Sets one option that the client asked for, if the lease has it.
void add_option(DhcpMessage& reply, std::uint8_t code, const DhcpLease& lease) {
  IpPrefix subnet(lease.address, lease.prefix_length);
  auto set_unless_empty = [&](Bytes value) {
    if (!value.empty()) reply.options[code] = std::move(value);
  };
  switch (code) {
    case option::kSubnetMask:
      reply.set(code, subnet.netmask());
      break;
    case option::kBroadcastAddress:
      reply.set(code, subnet.last());
      break;
    case option::kInterfaceMtu:
      reply.set_number(code, static_cast<std::uint32_t>(lease.mtu), 2);
      break;
    case option::kRouters:
      if (lease.gateway) reply.set(code, *lease.gateway);
      break;
    case option::kDnsServers:
      set_unless_empty(addresses(lease.dns_servers));
      break;
    case option::kDomainName:
      set_unless_empty({lease.domain_name.begin(), lease.domain_name.end()});
      break;
    case option::kHostName:
      set_unless_empty({lease.host_name.begin(), lease.host_name.end()});
      break;
    case option::kDomainSearch:
      set_unless_empty(net::dns_names({lease.domain_name}));
      break;
    case option::kClasslessRoutes:
    case option::kMicrosoftClasslessRoutes:
      set_unless_empty(classless_routes(lease));
      break;
    default:
      break;
  }
}

Bytes requested_options(const DhcpMessage& request) {
  const Bytes* list = request.find(option::kParameterRequestList);
  if (list) return *list;
  return {option::kSubnetMask, option::kRouters, option::kInterfaceMtu, option::kDnsServers};
}

void add_lease_times(DhcpMessage& reply, const Bytes& requested, const DhcpLease& lease) {
  auto asked = [&](std::uint8_t code) {
    return std::find(requested.begin(), requested.end(), code) != requested.end();
  };
  reply.set_number(option::kLeaseTime, lease.lease_seconds, 4);
  if (asked(option::kRenewalTime)) reply.set_number(option::kRenewalTime, lease.lease_seconds / 2, 4);
  if (asked(option::kRebindingTime)) {
    reply.set_number(option::kRebindingTime, lease.lease_seconds / 8 * 7, 4);
  }
}

/// What kind of answer a request gets.
struct Verdict {
  DropReason drop = DropReason::kNone;
  DhcpType type = DhcpType::kAck;
};

Verdict judge_request(const DhcpMessage& request, const DhcpLease& lease) {
  auto chosen = request.address(option::kServerId);
  if (chosen && *chosen != lease.server) return {.drop = DropReason::kOtherServer};
  // SELECTING and INIT-REBOOT name the address in option 50, RENEWING and REBINDING in ciaddr (RFC
  // 2131, 4.3.2).
  IpAddress wanted = request.address(option::kRequestedAddress).value_or(request.client);
  return {.type = wanted == lease.address ? DhcpType::kAck : DhcpType::kNak};
}

Verdict judge(const DhcpMessage& request, const DhcpLease& lease) {
  auto type = request.type();
  if (request.reply || !type) return {.drop = DropReason::kMalformed};
  if (request.hardware != lease.mac) return {.drop = DropReason::kForeignMac};
  if (!request.relay.is_unspecified()) return {.drop = DropReason::kRelayed};
  switch (*type) {
    case DhcpType::kDiscover:
      return {.type = DhcpType::kOffer};
    case DhcpType::kRequest:
      return judge_request(request, lease);
    case DhcpType::kInform:
      return {.type = DhcpType::kAck};
    case DhcpType::kDecline:
    case DhcpType::kRelease:
      return {.drop = DropReason::kNoAnswerDue};
    default:
      return {.drop = DropReason::kMalformed};
  }
}

DhcpMessage make_reply(const DhcpMessage& request, DhcpType type, const DhcpLease& lease) {
  DhcpMessage reply{
      .reply = true, .xid = request.xid, .broadcast = request.broadcast, .hardware = request.hardware};
  reply.set_number(option::kMessageType, static_cast<std::uint32_t>(type), 1);
  reply.set(option::kServerId, lease.server);
  if (const Bytes* id = request.find(option::kClientId)) reply.options[option::kClientId] = *id;  // RFC 6842
  if (type == DhcpType::kNak) return reply;
  bool inform = request.type() == DhcpType::kInform;
  reply.client = type == DhcpType::kAck ? request.client : IpAddress();
  Bytes requested = requested_options(request);
  if (!inform) {
    reply.yours = lease.address;
    add_lease_times(reply, requested, lease);
  }
  for (std::uint8_t code : requested) add_option(reply, code, lease);
  return reply;
}

/// A client that has an address hears unicast on it; one that has none yet, only on its MAC, or asks for
/// broadcast (RFC 2131, 4.1). NAK is always broadcast.
net::UdpEndpoint reply_target(const DhcpMessage& request, DhcpType type, const DhcpLease& lease) {
  IpAddress everyone = IpAddress::v4(0xffffffff);
  if (type == DhcpType::kNak) return {MacAddress::broadcast(), everyone, net::kDhcpClientPort};
  if (!request.client.is_unspecified()) return {lease.mac, request.client, net::kDhcpClientPort};
  if (request.broadcast) return {MacAddress::broadcast(), everyone, net::kDhcpClientPort};
  return {lease.mac, lease.address, net::kDhcpClientPort};
}

Result<DhcpMessage> parse_request(net::FrameView frame) {
  WEFT_TRY(net::UdpPacket udp, net::parse_udp(frame));
  if (udp.destination.port != net::kDhcpServerPort) return fail(Errc::kProtocol, "not for a DHCP server");
  return net::parse_dhcp(udp.payload);
}

}  // namespace

std::string_view to_string(DropReason reason) {
  switch (reason) {
    case DropReason::kNone:
      return "none";
    case DropReason::kMalformed:
      return "malformed";
    case DropReason::kForeignMac:
      return "foreign_mac";
    case DropReason::kRelayed:
      return "relayed";
    case DropReason::kOtherServer:
      return "other_server";
    case DropReason::kNoAnswerDue:
      return "no_answer_due";
  }
  return "none";
}

std::optional<net::Frame> dhcp_reply(net::FrameView request_frame, const DhcpLease& lease, DropReason* why) {
  auto request = parse_request(request_frame);
  Verdict verdict = request ? judge(*request, lease) : Verdict{.drop = DropReason::kMalformed};
  if (why) *why = verdict.drop;
  if (verdict.drop != DropReason::kNone) return std::nullopt;
  auto payload = net::build_dhcp(make_reply(*request, verdict.type, lease));
  net::UdpEndpoint server{lease.server_mac, lease.server, net::kDhcpServerPort};
  return net::build_udp(server, reply_target(*request, verdict.type, lease), payload);
}

}  // namespace weft::agent
