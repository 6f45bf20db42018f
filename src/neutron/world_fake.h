#pragma once
// A small intent for tests: one network with a subnet, two ports and a group.

#include "model/intent.h"

namespace weft::neutron {

inline Uuid id_of(int n) {
  Uuid id;
  id.bytes[15] = static_cast<std::uint8_t>(n);
  return id;
}

inline void fill_world(model::Intent& intent) {
  model::Network network;
  network.id = id_of(1);
  network.name = "tn1";
  network.project_id = "p";
  network.vni = 2;
  network.revision = 1;
  intent.put(network);
  model::Subnet subnet;
  subnet.id = id_of(2);
  subnet.network = network.id;
  subnet.cidr = *IpPrefix::parse("10.7.0.0/24");
  subnet.gateway_ip = *IpAddress::parse("10.7.0.1");
  subnet.allocation_pools = {{*IpAddress::parse("10.7.0.2"), *IpAddress::parse("10.7.0.254")}};
  intent.put(subnet);
  model::SecurityGroup group;
  group.id = id_of(3);
  group.name = "tsg";
  group.key = group.id.to_string();
  intent.put(group);
  for (int n : {10, 11}) {
    model::Port port;
    port.id = id_of(n);
    port.network = network.id;
    port.name = "tp" + std::to_string(n);
    port.mac = MacAddress::from_u64(0xfa163e000000 + static_cast<unsigned>(n));
    port.host = n == 10 ? "node1" : "";
    port.tags = n == 10 ? std::vector<std::string>{"red", "round"} : std::vector<std::string>{"red"};
    intent.put(port);
    intent.put(model::Address{id_of(n + 10), network.id, subnet.id, port.id,
                              *IpAddress::parse("10.7.0." + std::to_string(n))});
    intent.put(model::GroupMember{id_of(n + 20), group.id, port.id, network.id});
  }
}

}  // namespace weft::neutron
