#pragma once
// For tests of what is planned: an intent with one network and one IPv4 subnet.

#include <gtest/gtest.h>

#include "ipam/addresses.h"
#include "ipam/plan.h"

namespace weft::ipam {

inline IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

class PlanFixture : public ::testing::Test {
 protected:
  PlanFixture() {
    network.id = Uuid::random();
    intent.put(network);
    subnet = add_subnet(network.id, "10.0.0.0/28");
  }

  model::Subnet add_subnet(const Uuid& of, const char* cidr, std::optional<model::Ipv6Mode> mode = {}) {
    model::Subnet s;
    s.id = Uuid::random();
    s.network = of;
    s.cidr = *IpPrefix::parse(cidr);
    s.gateway_ip = default_gateway(s.cidr);
    s.allocation_pools = default_pools(s.cidr, s.gateway_ip);
    s.ipv6_ra_mode = s.ipv6_address_mode = mode;
    intent.put(s);
    return s;
  }

  PortRequest request() {
    PortRequest r;
    r.port.network = network.id;
    r.port.project_id = "demo";
    return r;
  }
  PortRequest request(std::vector<AddressRequest> fixed_ips) {
    PortRequest r = request();
    r.fixed_ips = std::move(fixed_ips);
    return r;
  }

  Result<PortRows> plan(const PortRequest& r) { return PortPlanner(intent, claims).create(r, group); }
  std::string error_type(const PortRequest& r) {
    auto planned = plan(r);
    return planned ? "" : planned.error().type;
  }

  /// Puts a planned port into the intent, as its commit would.
  model::Port commit(const PortRows& rows) {
    intent.put(rows.port);
    for (const auto& address : rows.addresses) intent.put(address);
    for (const auto& member : rows.memberships) intent.put(member);
    return rows.port;
  }

  model::Intent intent;
  store::AddressClaims claims;
  model::Network network;
  model::Subnet subnet;
  Uuid group = Uuid::random();
};

}  // namespace weft::ipam
