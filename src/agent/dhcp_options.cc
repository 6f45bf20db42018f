#include "agent/dhcp_options.h"

#include <algorithm>

#include "net/dhcp4_values.h"
#include "net/dns_names.h"
#include "net/wire.h"

namespace weft::agent {
namespace {

using net::DhcpMessage;
namespace option = net::dhcp_option;
using Bytes = std::vector<std::uint8_t>;

bool contains(const Bytes& list, std::uint8_t code) {
  return std::ranges::find(list, code) != list.end();
}

Bytes classless_routes(const std::vector<model::HostRoute>& routes) {
  Bytes out;
  for (const auto& route : routes) {
    net::put_destination(out, route.destination);
    net::wire::put(out, route.nexthop);
  }
  return out;
}

Bytes addresses(const std::vector<IpAddress>& list) {
  Bytes out;
  for (const auto& address : list) net::wire::put(out, address);
  return out;
}

Bytes number(std::uint32_t value, int bytes) {
  Bytes out;
  net::wire::put(out, value, bytes);
  return out;
}

Bytes text(const std::string& value) {
  return {value.begin(), value.end()};
}

/// What the lease has for an option; empty: nothing.
Bytes value_of(std::uint8_t code, const DhcpLease& lease) {
  const IpPrefix subnet(lease.address, lease.prefix_length);
  switch (code) {
    case option::kSubnetMask:
      return addresses({subnet.netmask()});
    case option::kBroadcastAddress:
      return addresses({subnet.last()});
    case option::kInterfaceMtu:
      return number(static_cast<std::uint32_t>(lease.mtu), 2);
    case option::kRouters:
      return lease.gateway ? addresses({*lease.gateway}) : Bytes();
    case option::kDnsServers:
      return addresses(lease.dns_servers);
    case option::kNtpServers:
      return addresses(lease.ntp_servers);
    case option::kDomainName:
      return text(lease.domain_name);
    case option::kHostName:
      return text(lease.host_name);
    case option::kDomainSearch:
      return net::dns_names({lease.domain_name});
    case option::kClasslessRoutes:
    case option::kMicrosoftClasslessRoutes:
      return classless_routes(lease.routes);
    default:
      return {};
  }
}

/// What tags of extra options look at: iPXE tells itself by an option of its own and by its user class.
std::set<std::string> tags_of(const DhcpMessage& request) {
  constexpr std::string_view kName = "iPXE";
  const Bytes* user_class = request.find(option::kUserClass);
  const bool is_ipxe =
      request.find(option::kIpxe) || (user_class && !std::ranges::search(*user_class, kName).empty());
  return is_ipxe ? std::set<std::string>{"ipxe"} : std::set<std::string>();
}

class Options {
 public:
  Options(DhcpMessage& reply, const DhcpMessage& request, const DhcpLease& lease)
      : reply_(reply),
        lease_(lease),
        tags_(tags_of(request)),
        requested_(requested_options(request, lease)) {}

  void add_requested() {
    for (std::uint8_t code : requested_) {
      const bool is_time = code == option::kRenewalTime || code == option::kRebindingTime;
      if (!is_time && code != net::kServerAddress) add(code);
    }
  }

  void add_boot_server() {
    if (!contains(requested_, option::kBootFileName)) fill(reply_.boot_file, option::kBootFileName, 128);
    if (!contains(requested_, option::kTftpServerName)) fill(reply_.server_name, option::kTftpServerName, 64);
    const auto* server = lease_.extra_options.find(net::kServerAddress, tags_);
    if (server && server->value.size() >= 4) reply_.next_server = net::wire::ipv4(server->value, 0);
  }

  /// A lease without end is never renewed.
  void add_times() {
    reply_.set_number(option::kLeaseTime, lease_.lease_seconds, 4);
    if (lease_.lease_seconds == kInfiniteLease) return;
    const std::uint64_t seconds = lease_.lease_seconds;
    auto rebinding = time_of(option::kRebindingTime, static_cast<std::uint32_t>(seconds * 7 / 8));
    auto renewal = std::min(time_of(option::kRenewalTime, lease_.lease_seconds / 2), rebinding);
    if (contains(requested_, option::kRenewalTime)) reply_.set_number(option::kRenewalTime, renewal, 4);
    if (contains(requested_, option::kRebindingTime)) reply_.set_number(option::kRebindingTime, rebinding, 4);
  }

 private:
  void add(std::uint8_t code) {
    const auto* extra = lease_.extra_options.find(code, tags_);
    Bytes value = extra ? extra->value : value_of(code, lease_);
    if (value.empty()) return;
    // Some boot loaders take these two for strings of C, in options too.
    if (code == option::kBootFileName || code == option::kTftpServerName) value.push_back(0);
    reply_.options[code] = std::move(value);
  }

  /// The header's field from an extra option; an option after all if it does not fit with a zero behind it.
  void fill(std::string& field, std::uint8_t code, std::size_t size) {
    const auto* extra = lease_.extra_options.find(code, tags_);
    if (!extra) return;
    if (extra->value.size() >= size) return add(code);
    field.assign(extra->value.begin(), extra->value.end());
  }

  /// The port's own time, if it is within the lease.
  std::uint32_t time_of(std::uint8_t code, std::uint32_t usual) {
    const auto* extra = lease_.extra_options.find(code, tags_);
    if (!extra || extra->value.size() != 4) return usual;
    auto own = net::wire::u32(extra->value, 0);
    return own < lease_.lease_seconds ? own : usual;
  }

  DhcpMessage& reply_;
  const DhcpLease& lease_;
  const std::set<std::string> tags_;
  const Bytes requested_;
};

}  // namespace

Bytes requested_options(const DhcpMessage& request, const DhcpLease& lease) {
  Bytes codes{option::kSubnetMask, option::kRouters, option::kDnsServers, option::kInterfaceMtu};
  if (const Bytes* list = request.find(option::kParameterRequestList)) {
    codes = *list;
  } else {
    for (const auto& extra : lease.extra_options.usable) codes.push_back(extra.code);
  }
  Bytes unique;
  for (std::uint8_t code : codes) {
    if (!contains(unique, code)) unique.push_back(code);
  }
  return unique;
}

void add_options(DhcpMessage& reply, const DhcpMessage& request, const DhcpLease& lease, bool inform) {
  Options options(reply, request, lease);
  options.add_requested();
  options.add_boot_server();
  if (!inform) options.add_times();
}

}  // namespace weft::agent
