#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "ipam/ipam_fixture.h"

namespace weft::ipam {
namespace {

using namespace weft::model;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// CPU time that a process has used (proc(5)): unlike the clock it means something on a busy machine.
double cpu_seconds(int pid) {
  std::ifstream stat(fmt::format("/proc/{}/stat", pid));
  std::string word;
  for (int i = 0; i < 13; ++i) stat >> word;
  double user = 0, system = 0;
  stat >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

using IpamItest = IpamFixture;

TEST_F(IpamItest, APortLivesAndGoesWithAllItsRows) {
  Network network = make_network("10.0.0.0/24");
  PortRows port = make_port(network);
  const Intent& intent = store->intent();
  EXPECT_THAT(intent.fixed_ips(port.port.id), SizeIs(1));
  EXPECT_EQ(intent.groups_of_port(port.port.id), std::vector<Uuid>{intent.default_group_of("demo")->id});
  EXPECT_EQ(intent.find<Port>(port.port.id)->revision, 1);
  ASSERT_TRUE(run(delete_port(*store, port.port.id)));
  EXPECT_FALSE(intent.find<Port>(port.port.id));
  EXPECT_THAT(intent.all<Address>(), IsEmpty());
  EXPECT_THAT(intent.all<GroupMember>(), IsEmpty());
  EXPECT_EQ(run(delete_port(*store, port.port.id)).error().type, "PortNotFound");
}

TEST_F(IpamItest, ABulkCreateIsAllOrNone) {
  Network network = make_network("10.0.0.0/28");
  EXPECT_TRUE(run(create_ports(*store, std::vector<PortRequest>(10, request(network)))));
  auto tooMany = run(create_ports(*store, std::vector<PortRequest>(4, request(network))));
  EXPECT_EQ(tooMany.error().type, "IpAddressGenerationFailure");
  EXPECT_THAT(store->intent().all<Port>(), SizeIs(10));
}

TEST_F(IpamItest, TwoControllersNeverGiveOneAddressTwice) {
  Network network = make_network("10.0.0.0/24");
  auto second = connect();
  auto outcomes = create_many(network, {store.get(), second.get()}, 400, 32);
  EXPECT_EQ(outcomes["created"], 253);
  EXPECT_EQ(outcomes["IpAddressGenerationFailure"], 147);
  std::set<IpAddress> seen;
  for (const auto& [id, address] : store->intent().all<Address>())
    EXPECT_TRUE(seen.insert(address->ip).second);
  EXPECT_EQ(seen.size(), 253u);
  EXPECT_THAT(store->intent().all<SecurityGroup>(), SizeIs(1));
}

TEST_F(IpamItest, OverlappingSubnetsRacedByTwoControllersLeaveOne) {
  Network network = make_network();
  auto second = connect();
  ASSERT_TRUE(run_until([&] { return second->intent().find<Network>(network.id) != nullptr; }));
  int made = 0;
  std::vector<std::string> errors;
  auto note = [&](Result<void> result) {
    if (result)
      ++made;
    else
      errors.push_back(result.error().type);
  };
  spawn(create_subnets(*store, {subnet_of(network, "10.0.0.0/24")}), note);
  spawn(create_subnets(*second, {subnet_of(network, "10.0.0.0/16")}), note);
  ASSERT_TRUE(run_until([&] { return made + errors.size() == 2; }));
  EXPECT_EQ(made, 1);
  EXPECT_THAT(errors, ::testing::ElementsAre("InvalidInput"));
  EXPECT_TRUE(run(create_subnets(*store, {subnet_of(network, "172.16.0.0/16")})));
}

TEST_F(IpamItest, TheDefaultGroupRacedByTwoControllersIsOne) {
  auto second = connect();
  std::set<Uuid> groups;
  int ended = 0;
  auto note = [&](Result<Uuid> group) {
    EXPECT_TRUE(group);
    groups.insert(*group);
    ++ended;
  };
  for (int i = 0; i < 8; ++i) spawn(ensure_default_group(i % 2 ? *store : *second, "fresh"), note);
  ASSERT_TRUE(run_until([&] { return ended == 8; }));
  EXPECT_THAT(groups, SizeIs(1));
  ASSERT_TRUE(run_until([&] { return store->intent().default_group_of("fresh") != nullptr; }));
  EXPECT_THAT(store->intent().rules_of(*groups.begin()), SizeIs(4));
}

TEST_F(IpamItest, AVniIsChosenOrRefused) {
  Network automatic = make_network();
  auto vni = store->intent().find<Network>(automatic.id)->vni;
  EXPECT_GT(vni, 0);
  Network same = automatic;
  same.id = Uuid::random();
  same.vni = vni;
  EXPECT_EQ(run(create_networks(*store, {same})).error().type, "TunnelIdInUse");
  Network fresh = same;
  fresh.id = Uuid::random();
  fresh.vni = 0;
  EXPECT_EQ(run(create_networks(*store, {fresh, same})).error().type, "TunnelIdInUse");
  EXPECT_FALSE(store->intent().find<Network>(fresh.id)) << "half of a bulk was made";
  same.encapsulation = Encapsulation::kGeneve;
  EXPECT_TRUE(run(create_networks(*store, {same})));
}

TEST_F(IpamItest, AnUpdateMovesAddressesGroupsAndRevision) {
  Network network = make_network("10.0.0.0/24");
  PortRows port = make_port(network);
  PortChange change{.id = port.port.id, .after = port.port};
  change.after.host = "worker1";
  change.after.mac = *MacAddress::parse("fa:16:3e:00:00:01");
  change.fixed_ips = {{.ip = IpAddress::parse("10.0.0.77")}};
  change.groups.emplace();
  ASSERT_TRUE(run(update_port(*store, change)));
  auto after = store->intent().find<Port>(port.port.id);
  EXPECT_EQ(after->host, "worker1");
  EXPECT_EQ(after->revision, 2);
  EXPECT_EQ(store->intent().fixed_ips(after->id).at(0).ip.to_string(), "10.0.0.77");
  EXPECT_THAT(store->intent().groups_of_port(after->id), IsEmpty());
  change.after = *after;
  change.if_revision = 1;
  EXPECT_EQ(run(update_port(*store, change)).error().type, "RevisionNumberConstraintFailed");
  change.if_revision.reset();
  change.groups = {Uuid::random()};
  EXPECT_EQ(run(update_port(*store, change)).error().type, "SecurityGroupNotFound");
}

TEST_F(IpamItest, UpdatesOfOnePortByTwoControllersAreBothKept) {
  Network network = make_network("10.0.0.0/24");
  Port port = make_port(network).port;
  auto second = connect();
  PortChange rename{.id = port.id, .after = port}, bind{.id = port.id, .after = port};
  rename.after.name = "web";
  bind.after.host = "worker1";
  int done = 0;
  auto note = [&](Result<void> result) { done += result.has_value(); };
  spawn(update_port(*store, rename), note);
  spawn(update_port(*second, bind), note);
  ASSERT_TRUE(run_until([&] { return done == 2; }));
  ASSERT_TRUE(run_until([&] { return store->intent().find<Port>(port.id)->revision == 3; }));
  EXPECT_EQ(store->intent().find<Port>(port.id)->name, "web");
  EXPECT_EQ(store->intent().find<Port>(port.id)->host, "worker1");
}

TEST_F(IpamItest, ManyUpdatesOfOnePortAreAllKept) {
  Network network = make_network("10.0.0.0/24");
  Port port = make_port(network).port;
  auto second = connect();
  int done = 0;
  std::vector<std::string> errors;
  auto note = [&](Result<void> result) {
    ++done;
    if (!result) errors.push_back(result.error().message);
  };
  for (int i = 0; i < 80; ++i) {
    PortChange change{.id = port.id, .after = port};
    change.after.name = fmt::format("n{}", i);
    spawn(update_port(i % 2 ? *store : *second, change), note);
  }
  ASSERT_TRUE(run_until([&] { return done == 80; }));
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_TRUE(run_until([&] { return store->intent().find<Port>(port.id)->revision == 81; }));
}

TEST_F(IpamItest, AnAgentMakesAndRemovesAPortThatOthersReportOn) {
  Network network = make_network("10.0.0.0/24");
  auto agent = connect({.host = "worker1"});
  ASSERT_TRUE(run(agent->set_interest({.networks = {network.id}})));
  PortRequest wanted = request(network);
  wanted.port.host = "worker1";
  auto made = run(create_ports(*agent, {wanted}));
  ASSERT_TRUE(made) << made.error().message;
  Uuid id = made->front().port.id;
  store::Write report;
  report.insert(Binding{Uuid::random(), id, network.id, "worker2", false, "tap1", "bound to worker1"});
  ASSERT_TRUE(run(store->commit(report)));
  EXPECT_TRUE(run(delete_port(*agent, id)));
  EXPECT_TRUE(run_until([&] { return store->intent().all<Binding>().empty(); }));
}

TEST_F(IpamItest, CreatesPerSecondAreCounted) {
  Network network = make_network("10.0.0.0/16");
  Metrics metrics;
  store->export_metrics(metrics);
  make_port(network);
  for (auto [count, in_flight] : {std::pair{1000, 1}, std::pair{4000, 16}}) {
    auto commits = metrics.counter("weft_store_commits_total", "").value();
    double server_cpu = cpu_seconds(server_->pid()), own_cpu = cpu_seconds(getpid());
    auto start = std::chrono::steady_clock::now();
    auto outcomes = create_many(network, {store.get()}, count, in_flight);
    std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    commits = metrics.counter("weft_store_commits_total", "").value() - commits;
    EXPECT_EQ(outcomes["created"], count);
    server_cpu = cpu_seconds(server_->pid()) - server_cpu;
    own_cpu = cpu_seconds(getpid()) - own_cpu;
    fmt::print(
        "{} in flight: {:.0f} creates/s, {:.2f} commits, {:.0f} us CPU here, {:.0f} us CPU in the server "
        "each\n",
        in_flight, count / seconds.count(), static_cast<double>(commits) / count, own_cpu * 1e6 / count,
        server_cpu * 1e6 / count);
  }
}

}  // namespace
}  // namespace weft::ipam
