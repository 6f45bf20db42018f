#pragma once
// From a port in the intent to a pod's interface: what to configure and what to tell the runtime. Pure
// functions.

#include "agent/dhcp_settings.h"
#include "agent/netlink.h"
#include "agent/pod_interface.h"
#include "cni/types.h"
#include "model/intent.h"

namespace weft::agent {

/// What the node adds to the intent.
struct NodeFacts {
  int underlay_mtu = 1500;
  bool userspace_datapath = true;
  DhcpSettings dhcp;
};

struct PodPlan {
  VethSpec veth;
  std::vector<cni::Wiring::Ip> ips;  ///< as veth.addresses, with the subnets' gateways
  std::vector<IpAddress> nameservers;
  std::string dns_domain;
};

/// The intent must have the port's network, subnets and addresses. The interface gets the network's MTU,
/// routes to the network's other subnets of the versions that the port has, and the subnets' host routes; a
/// default route only when it is asked for, because a tenant network need not have a router. DNS
/// servers and domain are those that DHCP and router advertisements tell. Errors:
/// kNotFound when the network is gone; kInvalid when a default route is asked for and no subnet has a
/// gateway.
Result<PodPlan> plan_pod(const model::Intent& intent, const model::Port& port, const PodInterface& interface,
                         const cni::NetworkConfig& config, const NodeFacts& node);

/// The CNI result of a plan that was carried out; `host_mac` is that of the switch's end.
cni::Wiring wiring_of(const PodPlan& plan, const MacAddress& host_mac);

}  // namespace weft::agent
