#include "agent/netlink.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/inet6.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/route.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "net/eui64.h"

namespace weft::agent {
namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using SocketPtr = std::unique_ptr<nl_sock, Freer<nl_socket_free>>;
using LinkPtr = std::unique_ptr<rtnl_link, Freer<rtnl_link_put>>;
using AddrPtr = std::unique_ptr<rtnl_addr, Freer<rtnl_addr_put>>;
using RoutePtr = std::unique_ptr<rtnl_route, Freer<rtnl_route_put>>;
using NlAddrPtr = std::unique_ptr<nl_addr, Freer<nl_addr_put>>;
using CachePtr = std::unique_ptr<nl_cache, Freer<nl_cache_free>>;

tl::unexpected<Error> netlink_error(std::string doing, int error) {
  auto code = error == -NLE_EXIST || error == -NLE_BUSY ? Errc::kConflict : Errc::kInternal;
  return fail(code, std::move(doing) + ": " + nl_geterror(error));
}

tl::unexpected<Error> system_error(std::string doing) {
  return fail(Errc::kInternal, std::move(doing) + ": " + std::strerror(errno));
}

Result<SocketPtr> open_socket() {
  SocketPtr socket(nl_socket_alloc());
  if (int error = nl_connect(socket.get(), NETLINK_ROUTE); error < 0)
    return netlink_error("rtnetlink", error);
  return socket;
}

/// Sockets made while this lives are made in the given namespace. Only the calling thread moves.
class Visit {
 public:
  static Result<Visit> enter(const NetworkNamespace& ns) {
    int home = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (home < 0) return system_error("open the own network namespace");
    Visit visit(home);
    if (setns(ns.fd(), CLONE_NEWNET) != 0) return system_error("enter the pod's network namespace");
    return visit;
  }
  Visit(Visit&& other) noexcept : home_(std::exchange(other.home_, -1)) {}
  ~Visit() {
    if (home_ < 0) return;
    // A thread lost in a pod's namespace would wire every later pod wrongly.
    if (setns(home_, CLONE_NEWNET) != 0) std::abort();
    ::close(home_);
  }

 private:
  explicit Visit(int home) : home_(home) {}
  int home_;
};

/// What configures an interface inside a pod: both sockets belong to the pod's namespace for as long as they
/// live.
struct PodSockets {
  SocketPtr netlink;
  int datagram = -1;  ///< for ioctls

  PodSockets() = default;
  PodSockets(PodSockets&& other) noexcept
      : netlink(std::move(other.netlink)), datagram(std::exchange(other.datagram, -1)) {}
  ~PodSockets() {
    if (datagram >= 0) ::close(datagram);
  }

  static Result<PodSockets> open(const NetworkNamespace& ns) {
    WEFT_TRY(auto visit, Visit::enter(ns));
    PodSockets sockets;
    WEFT_TRY(sockets.netlink, open_socket());
    sockets.datagram = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (sockets.datagram < 0) return system_error("socket");
    return sockets;
  }
};

NlAddrPtr to_nl(const IpAddress& address, int prefix_length) {
  NlAddrPtr out(
      nl_addr_build(address.is_v4() ? AF_INET : AF_INET6, address.bytes().data(), address.is_v4() ? 4 : 16));
  nl_addr_set_prefixlen(out.get(), prefix_length);
  return out;
}

NlAddrPtr to_nl(const MacAddress& mac) {
  return NlAddrPtr(nl_addr_build(AF_LLC, mac.bytes.data(), mac.bytes.size()));
}

MacAddress mac_of(rtnl_link* link) {
  MacAddress mac;
  auto* address = rtnl_link_get_addr(link);
  if (address != nullptr && nl_addr_get_len(address) == mac.bytes.size()) {
    std::memcpy(mac.bytes.data(), nl_addr_get_binary_addr(address), mac.bytes.size());
  }
  return mac;
}

Result<LinkPtr> find_link(nl_sock* socket, const std::string& name) {
  rtnl_link* found = nullptr;
  if (int error = rtnl_link_get_kernel(socket, 0, name.c_str(), &found); error < 0) {
    auto missing = error == -NLE_NODEV || error == -NLE_OBJ_NOTFOUND;
    return fail(missing ? Errc::kNotFound : Errc::kInternal, "interface " + name + ": " + nl_geterror(error));
  }
  return LinkPtr(found);
}

Result<void> create_pair(nl_sock* socket, const VethSpec& spec, const NetworkNamespace& ns) {
  LinkPtr host(rtnl_link_veth_alloc());
  rtnl_link_set_name(host.get(), spec.host_name.c_str());
  rtnl_link_set_mtu(host.get(), static_cast<unsigned>(spec.host_mtu));
  LinkPtr pod(rtnl_link_veth_get_peer(host.get()));
  rtnl_link_set_name(pod.get(), spec.ifname.c_str());
  rtnl_link_set_mtu(pod.get(), static_cast<unsigned>(spec.mtu));
  rtnl_link_set_addr(pod.get(), to_nl(spec.mac).get());
  rtnl_link_set_ns_fd(pod.get(), ns.fd());
  int error = rtnl_link_add(socket, host.get(), NLM_F_CREATE | NLM_F_EXCL);
  if (error == -NLE_EXIST) {
    return fail(Errc::kConflict,
                spec.ifname + " in " + spec.netns + " or " + spec.host_name + " exists already");
  }
  if (error < 0) return netlink_error("make veth " + spec.host_name, error);
  return {};
}

Result<void> set_up(nl_sock* socket, rtnl_link* link, LinkPtr change) {
  rtnl_link_set_flags(change.get(), IFF_UP);
  int error = rtnl_link_change(socket, link, change.get(), 0);
  if (error < 0) return netlink_error(std::string("set up ") + rtnl_link_get_name(link), error);
  return {};
}

Result<void> write_sysctl(const std::string& path, char value) {
  int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return system_error("open " + path);
  const bool written = ::write(fd, &value, 1) == 1;
  auto result = written ? Result<void>() : system_error("write " + path);
  ::close(fd);
  return result;
}

bool has_ipv6(const VethSpec& spec) {
  return std::ranges::any_of(spec.addresses, [](const auto& each) { return !each.address.is_v4(); });
}

/// The pod has what its port has, set here: router advertisements would add the same addresses once more.
/// Some runtimes start pods with IPv6 turned off.
Result<void> prepare_ipv6(const VethSpec& spec, const NetworkNamespace& ns) {
  WEFT_TRY(auto visit, Visit::enter(ns));  // /proc/sys/net shows the calling thread's namespace
  const std::string settings = "/proc/sys/net/ipv6/conf/" + spec.ifname;
  auto deaf = write_sysctl(settings + "/accept_ra", '0');
  if (!has_ipv6(spec)) return {};  // a kernel without IPv6 is fine then
  WEFT_CHECK(deaf);
  return write_sysctl(settings + "/disable_ipv6", '0');
}

/// No address but those that are set: the kernel's own link-local one would first have to be tested for being
/// unique, which takes a second.
Result<void> choose_no_addresses(nl_sock* socket, rtnl_link* link) {
  LinkPtr change(rtnl_link_alloc());
  rtnl_link_inet6_set_addr_gen_mode(change.get(), IN6_ADDR_GEN_MODE_NONE);
  int error = rtnl_link_change(socket, link, change.get(), 0);
  if (error < 0) return netlink_error(std::string("configure ") + rtnl_link_get_name(link), error);
  return {};
}

/// The switch's end speaks for itself to nobody: without link-local addresses it sends no neighbour or MLD
/// messages.
Result<MacAddress> set_up_host_end(nl_sock* socket, const std::string& name) {
  WEFT_TRY(auto link, find_link(socket, name));
  LinkPtr change(rtnl_link_alloc());
  rtnl_link_inet6_set_addr_gen_mode(change.get(), IN6_ADDR_GEN_MODE_NONE);
  WEFT_CHECK(set_up(socket, link.get(), std::move(change)));
  return mac_of(link.get());
}

Result<void> add_address(nl_sock* socket, int index, const InterfaceAddress& address) {
  AddrPtr request(rtnl_addr_alloc());
  rtnl_addr_set_ifindex(request.get(), index);
  rtnl_addr_set_local(request.get(), to_nl(address.address, address.prefix_length).get());
  rtnl_addr_set_prefixlen(request.get(), address.prefix_length);
  if (address.address.is_v4()) {
    auto last = IpPrefix(address.address, address.prefix_length).last();
    if (address.prefix_length < 31) rtnl_addr_set_broadcast(request.get(), to_nl(last, 32).get());
  } else {
    rtnl_addr_set_flags(request.get(), IFA_F_NODAD);  // the store has made it unique
  }
  int error = rtnl_addr_add(socket, request.get(), 0);
  if (error < 0) return netlink_error("add address " + address.address.to_string(), error);
  return {};
}

Result<void> add_route(nl_sock* socket, int index, const InterfaceRoute& route) {
  RoutePtr request(rtnl_route_alloc());
  rtnl_route_set_family(request.get(), route.destination.version() == IpVersion::kV4 ? AF_INET : AF_INET6);
  rtnl_route_set_dst(request.get(), to_nl(route.destination.address(), route.destination.length()).get());
  rtnl_route_set_scope(request.get(), route.gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK);
  auto* hop = rtnl_route_nh_alloc();
  rtnl_route_nh_set_ifindex(hop, index);
  if (route.gateway) rtnl_route_nh_set_gateway(hop, to_nl(*route.gateway, route.gateway->width()).get());
  rtnl_route_add_nexthop(request.get(), hop);
  int error = rtnl_route_add(socket, request.get(), 0);
  if (error < 0) return netlink_error("add route to " + route.destination.to_string(), error);
  return {};
}

Result<void> disable_checksum_offload(int socket, const std::string& ifname) {
  ethtool_value value{.cmd = ETHTOOL_STXCSUM, .data = 0};
  ifreq request{};
  std::strncpy(request.ifr_name, ifname.c_str(), IFNAMSIZ - 1);
  request.ifr_data = reinterpret_cast<char*>(&value);
  if (ioctl(socket, SIOCETHTOOL, &request) != 0)
    return system_error("turn off checksum offload of " + ifname);
  return {};
}

Result<void> configure_pod_end(const VethSpec& spec, const NetworkNamespace& ns) {
  WEFT_CHECK(prepare_ipv6(spec, ns));
  WEFT_TRY(auto sockets, PodSockets::open(ns));
  auto* netlink = sockets.netlink.get();
  WEFT_TRY(auto link, find_link(netlink, spec.ifname));
  int index = rtnl_link_get_ifindex(link.get());
  if (!spec.checksum_offload) {
    WEFT_CHECK(disable_checksum_offload(sockets.datagram, spec.ifname));
  }
  if (has_ipv6(spec)) {
    WEFT_CHECK(choose_no_addresses(netlink, link.get()));
  }
  WEFT_CHECK(set_up(netlink, link.get(), LinkPtr(rtnl_link_alloc())));
  if (has_ipv6(spec)) {
    WEFT_CHECK(add_address(netlink, index, {link_local(spec.mac), 64}));
  }
  for (const auto& address : spec.addresses) {
    WEFT_CHECK(add_address(netlink, index, address));
  }
  for (const auto& route : spec.routes) {
    WEFT_CHECK(add_route(netlink, index, route));
  }
  return {};
}

std::vector<InterfaceAddress> addresses_of(nl_cache* all, int index) {
  std::vector<InterfaceAddress> out;
  for (auto* each = nl_cache_get_first(all); each != nullptr; each = nl_cache_get_next(each)) {
    auto* address = reinterpret_cast<rtnl_addr*>(each);
    if (rtnl_addr_get_ifindex(address) != index) continue;
    auto* local = rtnl_addr_get_local(address);
    char text[INET6_ADDRSTRLEN] = {};
    inet_ntop(nl_addr_get_family(local), nl_addr_get_binary_addr(local), text, sizeof text);
    if (auto ip = IpAddress::parse(text)) out.push_back({*ip, rtnl_addr_get_prefixlen(address)});
  }
  return out;
}

Result<void> check_pod_end(const VethSpec& spec) {
  WEFT_TRY(auto ns, NetworkNamespace::open(spec.netns));
  WEFT_TRY(auto sockets, PodSockets::open(ns));
  WEFT_TRY(auto link, find_link(sockets.netlink.get(), spec.ifname));
  if (mac_of(link.get()) != spec.mac) {
    return fail(Errc::kConflict, spec.ifname + " has MAC " + mac_of(link.get()).to_string() +
                                     ", the port has " + spec.mac.to_string());
  }
  if (!(rtnl_link_get_flags(link.get()) & IFF_UP)) return fail(Errc::kConflict, spec.ifname + " is down");
  nl_cache* cache = nullptr;
  if (int error = rtnl_addr_alloc_cache(sockets.netlink.get(), &cache); error < 0) {
    return netlink_error("list addresses", error);
  }
  CachePtr all(cache);
  auto present = addresses_of(cache, rtnl_link_get_ifindex(link.get()));
  for (const auto& wanted : spec.addresses) {
    if (std::ranges::find(present, wanted) != present.end()) continue;
    return fail(Errc::kConflict, spec.ifname + " lacks the port's address " + wanted.address.to_string() +
                                     "/" + std::to_string(wanted.prefix_length));
  }
  return {};
}

}  // namespace

Result<NetworkNamespace> NetworkNamespace::open(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(Errc::kNotFound, "network namespace " + path + ": " + std::strerror(errno));
  NetworkNamespace opened(fd);
  if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
    return fail(Errc::kInvalid, path + " is not a network namespace");
  return opened;
}

NetworkNamespace::NetworkNamespace(NetworkNamespace&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
NetworkNamespace::~NetworkNamespace() {
  if (fd_ >= 0) ::close(fd_);
}

Result<MacAddress> make_veth(const VethSpec& spec) {
  WEFT_TRY(auto ns, NetworkNamespace::open(spec.netns));
  WEFT_TRY(auto socket, open_socket());
  WEFT_CHECK(create_pair(socket.get(), spec, ns));
  auto configured = configure_pod_end(spec, ns);
  if (configured) {
    auto mac = set_up_host_end(socket.get(), spec.host_name);
    if (mac) return mac;
    configured = tl::unexpected<Error>(mac.error());
  }
  (void)delete_link(spec.host_name);
  return fail(std::move(configured.error()));
}

Result<void> delete_link(const std::string& name) {
  WEFT_TRY(auto socket, open_socket());
  LinkPtr link(rtnl_link_alloc());
  rtnl_link_set_name(link.get(), name.c_str());
  int error = rtnl_link_delete(socket.get(), link.get());
  if (error < 0 && error != -NLE_NODEV && error != -NLE_OBJ_NOTFOUND)
    return netlink_error("delete " + name, error);
  return {};
}

Result<MacAddress> check_veth(const VethSpec& spec) {
  WEFT_TRY(auto socket, open_socket());
  WEFT_TRY(auto host, find_link(socket.get(), spec.host_name));
  if (!(rtnl_link_get_flags(host.get()) & IFF_UP)) return fail(Errc::kConflict, spec.host_name + " is down");
  WEFT_CHECK(check_pod_end(spec));
  return mac_of(host.get());
}

}  // namespace weft::agent
