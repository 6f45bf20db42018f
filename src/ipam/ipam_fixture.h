#pragma once
// For integration tests: allocation against a real ovsdb-server.

#include <functional>

#include "ipam/addresses.h"
#include "ipam/ports.h"
#include "store/store_fixture.h"

namespace weft::ipam {

class IpamFixture : public store::StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    store = connect();
  }

  model::Network make_network() {
    model::Network n;
    n.id = Uuid::random();
    n.project_id = "demo";
    EXPECT_TRUE(run(create_networks(*store, {n})));
    return n;
  }

  /// A subnet without DHCP, so that its ports are those that a test makes.
  model::Subnet subnet_of(const model::Network& network, const char* cidr) {
    model::Subnet s;
    s.id = Uuid::random();
    s.network = network.id;
    s.cidr = *IpPrefix::parse(cidr);
    s.gateway_ip = default_gateway(s.cidr);
    s.allocation_pools = default_pools(s.cidr, s.gateway_ip);
    s.enable_dhcp = false;
    return s;
  }

  model::Network make_network(const char* cidr) {
    model::Network n = make_network();
    EXPECT_TRUE(run(create_subnets(*store, {subnet_of(n, cidr)})));
    return n;
  }

  PortRequest request(const model::Network& network) {
    PortRequest r;
    r.port.network = network.id;
    r.port.project_id = "demo";
    return r;
  }

  PortRows make_port(const model::Network& network) {
    auto made = run(create_ports(*store, {request(network)}));
    EXPECT_TRUE(made) << made.error().message;
    return made->front();
  }

  /// Starts `count` creates, `in_flight` at a time, over these stores in turn; returns the error types by
  /// count.
  std::map<std::string, int> create_many(const model::Network& network, std::vector<store::Store*> stores,
                                         int count, int in_flight) {
    std::map<std::string, int> outcomes;
    int started = 0, ended = 0;
    std::function<void()> start_one = [&] {
      if (started == count) return;
      store::Store& by = *stores[static_cast<std::size_t>(started++) % stores.size()];
      spawn(create_ports(by, {request(network)}), [&](Result<std::vector<PortRows>> made) {
        ++outcomes[made ? "created" : made.error().type];
        ++ended;
        start_one();
      });
    };
    for (int i = 0; i < in_flight; ++i) start_one();
    EXPECT_TRUE(run_until([&] { return ended == count; }));
    return outcomes;
  }

  std::unique_ptr<store::Store> store;
};

}  // namespace weft::ipam
