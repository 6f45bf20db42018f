#include <gmock/gmock.h>

#include "ipam/ipam_fixture.h"
#include "ipam/turns.h"
#include "model/subnet_services.h"
#include "net/eui64.h"

namespace weft::ipam {
namespace {

using namespace weft::model;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SubnetsItest : public IpamFixture {
 protected:
  Subnet with_dhcp(const Network& network, const char* cidr) {
    Subnet s = subnet_of(network, cidr);
    s.enable_dhcp = true;
    return s;
  }

  Subnet automatic(const Network& network, const char* cidr) {
    Subnet s = with_dhcp(network, cidr);
    s.ipv6_ra_mode = s.ipv6_address_mode = Ipv6Mode::kSlaac;
    return s;
  }

  Subnet make(const Subnet& subnet) {
    auto made = run(create_subnets(*store, {subnet}));
    EXPECT_TRUE(made) << made.error().message;
    return *store->intent().find<Subnet>(subnet.id);
  }

  Result<void> set_dhcp(store::Store& by, const Uuid& subnet, bool on) {
    return run(update_subnet(by, dhcp_change(by, subnet, on)));
  }

  SubnetChange dhcp_change(store::Store& by, const Uuid& subnet, bool on) {
    SubnetChange change{.after = *by.intent().find<Subnet>(subnet)};
    change.after.enable_dhcp = on;
    return change;
  }

  Ref<Port> distributed(const Uuid& subnet) { return store->intent().distributed_port_of(subnet); }

  std::vector<std::string> ips_of(const Uuid& port) {
    std::vector<std::string> list;
    for (const Address& address : store->intent().fixed_ips(port)) list.push_back(address.ip.to_string());
    return list;
  }

  bool has_automatic_address(const Port& port, const Subnet& subnet) {
    const auto& used = store->intent().addresses_of_subnet(subnet.id);
    auto found = used.find(eui64_address(subnet.cidr, port.mac));
    return found != used.end() && store->intent().find<Address>(found->second)->port == port.id;
  }

  /// Starts both at once and waits for their ends; the errors' types, "" for none.
  std::vector<std::string> race(Task<void> one, Task<void> other) {
    std::vector<std::string> outcomes;
    auto note = [&](Result<void> result) { outcomes.push_back(result ? "" : result.error().type); };
    spawn(std::move(one), note);
    spawn(std::move(other), note);
    EXPECT_TRUE(run_until([&] { return outcomes.size() == 2; }));
    return outcomes;
  }
};

TEST_F(SubnetsItest, ADistributedPortLivesWithItsSubnet) {
  Network network = make_network();
  Subnet subnet = make(with_dhcp(network, "10.0.0.0/24"));
  auto port = distributed(subnet.id);
  ASSERT_TRUE(port);
  EXPECT_EQ(port->project_id, network.project_id);
  EXPECT_EQ(port->revision, 1);
  EXPECT_THAT(ips_of(port->id), ElementsAre("10.0.0.254"));
  EXPECT_THAT(store->intent().groups_of_port(port->id), IsEmpty());
  EXPECT_EQ(run(delete_port(*store, port->id)).error().type, "ServicePortInUse");
  PortChange change{.id = port->id, .after = *port};
  change.after.name = "mine";
  EXPECT_EQ(run(update_port(*store, change)).error().type, "ServicePortInUse");
  ASSERT_TRUE(run(delete_subnet(*store, subnet.id)));
  EXPECT_THAT(store->intent().all<Port>(), IsEmpty());
  EXPECT_THAT(store->intent().all<Address>(), IsEmpty());
  EXPECT_EQ(run(delete_subnet(*store, subnet.id)).error().type, "SubnetNotFound");
}

TEST_F(SubnetsItest, NobodyMakesADistributedPortByHand) {
  Network network = make_network();
  Subnet subnet = make(subnet_of(network, "10.0.0.0/24"));
  PortRequest wanted = request(network);
  wanted.port.device_owner = kDistributedOwner;
  wanted.port.device_id = distributed_device_id(subnet.id);
  EXPECT_EQ(run(create_ports(*store, {wanted})).error().type, "InvalidInput");
  wanted.port.device_id = "mine";
  EXPECT_EQ(run(create_ports(*store, {wanted})).error().type, "InvalidInput") << "whatever it serves";
  Port port = make_port(network).port;
  PortChange change{.id = port.id, .after = port};
  change.after.device_owner = wanted.port.device_owner;
  change.after.device_id = wanted.port.device_id;
  EXPECT_EQ(run(update_port(*store, change)).error().type, "InvalidInput");
}

TEST_F(SubnetsItest, APortThatServesComesAndGoesWithDhcp) {
  Network network = make_network();
  Subnet subnet = make(subnet_of(network, "10.0.0.0/24"));
  EXPECT_FALSE(distributed(subnet.id));
  ASSERT_TRUE(set_dhcp(*store, subnet.id, true));
  ASSERT_TRUE(distributed(subnet.id));
  EXPECT_EQ(store->intent().find<Subnet>(subnet.id)->revision, subnet.revision + 1);
  Uuid first = distributed(subnet.id)->id;
  ASSERT_TRUE(set_dhcp(*store, subnet.id, true));
  EXPECT_EQ(distributed(subnet.id)->id, first) << "it was on already";
  ASSERT_TRUE(set_dhcp(*store, subnet.id, false));
  EXPECT_FALSE(distributed(subnet.id));
  EXPECT_THAT(store->intent().all<Address>(), IsEmpty());
}

TEST_F(SubnetsItest, DhcpTurnedOnByTwoControllersMakesOnePort) {
  Network network = make_network();
  Subnet subnet = make(subnet_of(network, "10.0.0.0/24"));
  auto second = connect();
  for (int round = 0; round < 5; ++round) {
    for (bool on : {true, false}) {
      auto serial = store->intent().find<Subnet>(subnet.id)->revision;
      ASSERT_TRUE(run_until([&] { return second->intent().find<Subnet>(subnet.id)->revision == serial; }));
      auto outcomes = race(update_subnet(*store, dhcp_change(*store, subnet.id, on)),
                           update_subnet(*second, dhcp_change(*second, subnet.id, on)));
      EXPECT_THAT(outcomes, ElementsAre("", ""));
      ASSERT_TRUE(run_until([&] { return store->intent().find<Subnet>(subnet.id)->revision == serial + 2; }));
      EXPECT_THAT(store->intent().all<Port>(), SizeIs(on ? 1 : 0));
      EXPECT_THAT(store->intent().all<Address>(), SizeIs(on ? 1 : 0));
    }
  }
}

TEST_F(SubnetsItest, SubnetsOfAnOlderStoreAreServed) {
  const Subnet older = with_dhcp(make_network(), "10.0.0.0/24");
  store::Write write;
  write.insert(older);
  ASSERT_TRUE(run(store->commit(write)));
  ASSERT_FALSE(distributed(older.id));
  EXPECT_EQ(run(serve_older_subnets(*store)).value_or(-1), 1);
  ASSERT_TRUE(distributed(older.id));
  EXPECT_THAT(ips_of(distributed(older.id)->id), ElementsAre("10.0.0.254"));
  EXPECT_EQ(run(serve_older_subnets(*store)).value_or(-1), 0) << "once is enough";
}

TEST_F(SubnetsItest, DhcpNeedsRoomInThePools) {
  Network network = make_network();
  Subnet wanted = subnet_of(network, "10.0.0.0/30");
  make(wanted);
  make_port(network);
  EXPECT_EQ(set_dhcp(*store, wanted.id, true).error().type, "IpAddressGenerationFailure");
  EXPECT_FALSE(store->intent().find<Subnet>(wanted.id)->enable_dhcp);
  Subnet full = with_dhcp(network, "10.1.0.0/30");
  full.allocation_pools.clear();
  EXPECT_EQ(run(create_subnets(*store, {full})).error().type, "IpAddressGenerationFailure");
  EXPECT_FALSE(store->intent().find<Subnet>(full.id));
}

TEST_F(SubnetsItest, ADistributedPortMakesWayForTheGateway) {
  Network network = make_network();
  Subnet subnet = make(with_dhcp(network, "10.0.0.0/24"));
  SubnetChange change{.after = subnet};
  change.after.gateway_ip = IpAddress::parse("10.0.0.254");
  ASSERT_TRUE(run(update_subnet(*store, change)));
  EXPECT_THAT(ips_of(distributed(subnet.id)->id), ElementsAre("10.0.0.253"));
}

TEST_F(SubnetsItest, ARevisionThatIsGoneRefusesTheChange) {
  Network network = make_network();
  Subnet subnet = make(subnet_of(network, "10.0.0.0/24"));
  SubnetChange change = dhcp_change(*store, subnet.id, true);
  change.if_revision = subnet.revision + 1;
  EXPECT_EQ(run(update_subnet(*store, change)).error().type, "RevisionNumberConstraintFailed");
  change.if_revision = subnet.revision;
  EXPECT_TRUE(run(update_subnet(*store, change)));
}

TEST_F(SubnetsItest, ASubnetOfChosenAddressesStaysWhilePortsHaveThem) {
  Network network = make_network();
  Subnet subnet = make(with_dhcp(network, "10.0.0.0/24"));
  Port port = make_port(network).port;
  EXPECT_EQ(run(delete_subnet(*store, subnet.id)).error().type, "SubnetInUse");
  EXPECT_TRUE(distributed(subnet.id));
  ASSERT_TRUE(run(delete_port(*store, port.id)));
  EXPECT_TRUE(run(delete_subnet(*store, subnet.id)));
}

TEST_F(SubnetsItest, AutomaticAddressesComeAndGoWithTheirSubnet) {
  Network network = make_network();
  make(with_dhcp(network, "10.0.0.0/24"));
  Port port = make_port(network).port;
  Subnet subnet = make(automatic(network, "2001:db8::/64"));
  EXPECT_TRUE(has_automatic_address(port, subnet));
  EXPECT_EQ(store->intent().find<Port>(port.id)->revision, 2);
  EXPECT_THAT(store->intent().addresses_of_subnet(subnet.id), SizeIs(2)) << "the port's, the subnet's own";
  ASSERT_TRUE(run(delete_subnet(*store, subnet.id)));
  EXPECT_THAT(ips_of(port.id), SizeIs(1));
  EXPECT_EQ(store->intent().find<Port>(port.id)->revision, 3);
}

TEST_F(SubnetsItest, ARouterKeepsASubnetOfAutomaticAddresses) {
  Network network = make_network();
  Subnet subnet = make(automatic(network, "2001:db8::/64"));
  PortRequest router = request(network);
  router.port.device_owner = "network:router_interface";
  router.fixed_ips = {{.ip = IpAddress::parse("2001:db8::1")}};
  ASSERT_TRUE(run(create_ports(*store, {router})));
  EXPECT_EQ(run(delete_subnet(*store, subnet.id)).error().type, "SubnetInUse");
}

TEST_F(SubnetsItest, AutomaticAddressesFollowTheMac) {
  Network network = make_network();
  Subnet subnet = make(automatic(network, "2001:db8::/64"));
  Port port = make_port(network).port;
  EXPECT_TRUE(has_automatic_address(port, subnet));
  PortChange change{.id = port.id, .after = port};
  change.after.mac = *MacAddress::parse("fa:16:3e:00:00:01");
  ASSERT_TRUE(run(update_port(*store, change)));
  EXPECT_THAT(ips_of(port.id), ElementsAre("2001:db8::f816:3eff:fe00:1"));
}

TEST_F(SubnetsItest, PortsMadeWhileTheirSubnetIsHaveItsAddresses) {
  Network network = make_network("10.0.0.0/16");
  auto second = connect();
  ASSERT_TRUE(run_until([&] { return !second->intent().subnets_of(network.id).empty(); }));
  constexpr int kPorts = 200;
  int made = 0;
  bool subnet_made = false;
  Subnet subnet = automatic(network, "2001:db8::/64");
  std::function<void()> make_one = [&] {
    store::Store& by = made % 2 ? *store : *second;
    spawn(create_ports(by, {request(network)}), [&](Result<std::vector<PortRows>> result) {
      EXPECT_TRUE(result) << result.error().message;
      ++made;
      if (made == kPorts / 4)
        spawn(create_subnets(*store, {subnet}), [&](Result<void> done) {
          EXPECT_TRUE(done) << done.error().message;
          subnet_made = true;
        });
      if (made < kPorts || !subnet_made) make_one();
    });
  };
  make_one();
  ASSERT_TRUE(run_until([&] { return subnet_made && made >= kPorts; }));
  ASSERT_TRUE(run_until([&] { return store->intent().all<Port>().size() > static_cast<std::size_t>(made); }));
  for (const auto& [id, port] : store->intent().all<Port>())
    EXPECT_TRUE(served_subnet(*port) || has_automatic_address(*port, subnet)) << id.to_string();
}

TEST_F(SubnetsItest, ASubnetComesAndGoesWhileManyPortsAreMade) {
  Network network = make_network("10.0.0.0/16");
  auto second = connect();
  ASSERT_TRUE(run_until([&] { return !second->intent().subnets_of(network.id).empty(); }));
  Subnet subnet = automatic(network, "2001:db8::/64");
  constexpr int kInFlight = 32;
  int made = 0, under_way = 0;
  bool ended = false;
  std::function<void()> make_one = [&] {
    store::Store& by = made++ % 2 ? *store : *second;
    ++under_way;
    spawn(create_ports(by, {request(network)}), [&](Result<std::vector<PortRows>> result) {
      EXPECT_TRUE(result) << result.error().message;
      --under_way;
      if (!ended) make_one();
    });
  };
  for (int i = 0; i < kInFlight; ++i) make_one();
  ASSERT_TRUE(run_until([&] { return made >= 2 * kInFlight; }));
  auto created = run(create_subnets(*store, {subnet}));
  EXPECT_TRUE(created) << created.error().message;
  auto removed = run(delete_subnet(*store, subnet.id));
  EXPECT_TRUE(removed) << removed.error().message;
  ended = true;
  ASSERT_TRUE(run_until([&] { return under_way == 0; }));
  EXPECT_GE(store->intent().find<Network>(network.id)->subnet_serial, 0) << "nobody waits any more";
  EXPECT_THAT(store->intent().addresses_of_subnet(subnet.id), IsEmpty());
}

TEST_F(SubnetsItest, PortsDoNotWaitLongForAWriterThatDied) {
  Network network = make_network("10.0.0.0/24");
  ASSERT_TRUE(run(ask_for_turn(*store, network.id)));
  EXPECT_LT(store->intent().find<Network>(network.id)->subnet_serial, 0);
  make_port(network);
  EXPECT_GT(store->intent().find<Network>(network.id)->subnet_serial, 0) << "the next one needs not wait";
}

TEST_F(SubnetsItest, AMacChangedWhileASubnetIsMadeHasTheRightAddress) {
  Network network = make_network("10.0.0.0/24");
  auto second = connect();
  Port port = make_port(network).port;
  ASSERT_TRUE(run_until([&] { return second->intent().find<Port>(port.id) != nullptr; }));
  Subnet subnet = automatic(network, "2001:db8::/64");
  PortChange change{.id = port.id, .after = port};
  change.after.mac = *MacAddress::parse("fa:16:3e:00:00:01");
  EXPECT_THAT(race(create_subnets(*store, {subnet}), update_port(*second, change)), ElementsAre("", ""));
  ASSERT_TRUE(run_until([&] { return has_automatic_address(change.after, subnet); }));
  EXPECT_THAT(ips_of(port.id), SizeIs(2));
}

TEST_F(SubnetsItest, ANetworkGoesWithAllThatIsItsOwn) {
  Network network = make_network();
  make(with_dhcp(network, "10.0.0.0/24"));
  make(automatic(network, "2001:db8::/64"));
  PortRequest service = request(network);
  service.port.device_owner = "network:dhcp";
  ASSERT_TRUE(run(create_ports(*store, {service})));
  Port port = make_port(network).port;
  auto refused = run(delete_network(*store, network.id));
  EXPECT_EQ(refused.error().type, "NetworkInUse");
  EXPECT_THAT(refused.error().message, ::testing::EndsWith("these ports is: " + port.id.to_string() + "."));
  ASSERT_TRUE(run(delete_port(*store, port.id)));
  ASSERT_TRUE(run(delete_network(*store, network.id)));
  EXPECT_THAT(store->intent().all<Subnet>(), IsEmpty());
  EXPECT_THAT(store->intent().all<Port>(), IsEmpty());
  EXPECT_THAT(store->intent().all<Address>(), IsEmpty());
  EXPECT_EQ(run(delete_network(*store, network.id)).error().type, "NetworkNotFound");
}

}  // namespace
}  // namespace weft::ipam
