#include <gmock/gmock.h>
#include <signal.h>

#include "store/conflict.h"
#include "store/schema.h"
#include "store/store_fixture.h"

namespace weft::store {
namespace {

using namespace weft::model;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Kind = Conflict::Kind;

Network network(std::int64_t vni) {
  Network n;
  n.id = Uuid::random();
  n.vni = vni;
  n.revision = 1;
  return n;
}

Port port_of(const Network& network, const std::string& host, std::uint64_t mac) {
  Port p;
  p.id = Uuid::random();
  p.network = network.id;
  p.host = host;
  p.mac = MacAddress::from_u64(mac);
  return p;
}

template <typename... T>
Write inserts(const T&... objects) {
  Write write;
  (write.insert(objects), ...);
  return write;
}

class StoreItest : public StoreFixture {};

TEST_F(StoreItest, AWriteIsReadByItsWriterAtOnceAndByOthersSoon) {
  auto writer = connect(), reader = connect();
  Network made = network(5);
  ASSERT_TRUE(run(writer->commit(inserts(made))));
  EXPECT_EQ(writer->intent().find<Network>(made.id)->vni, 5);
  EXPECT_TRUE(run_until([&] { return reader->intent().find<Network>(made.id) != nullptr; }));
}

TEST_F(StoreItest, ChangesOfOneCommitComeTogether) {
  auto store = connect();
  std::vector<std::size_t> sizes;
  store->on_changes([&](const IntentChanges& changes) { sizes.push_back(changes.size()); });
  Network made = network(5);
  ASSERT_TRUE(run(store->commit(inserts(made, port_of(made, "", 1), port_of(made, "", 2)))));
  EXPECT_THAT(sizes, ::testing::ElementsAre(3u));
}

TEST_F(StoreItest, WritesThatArriveTogetherShareACommit) {
  auto store = connect();
  Metrics metrics;
  store->export_metrics(metrics);
  int done = 0;
  for (int i = 1; i <= 16; ++i) {
    spawn(store->commit(inserts(network(i))), [&](Result<void> r) { done += r.has_value(); });
  }
  ASSERT_TRUE(run_until([&] { return done == 16; }));
  EXPECT_LE(metrics.counter("weft_store_commits_total", "").value(), 3u);
  EXPECT_EQ(metrics.counter("weft_store_writes_total", "").value(), 16u);
}

TEST_F(StoreItest, AFailureInASharedCommitIsOnlyItsOwn) {
  auto store = connect();
  ASSERT_TRUE(run(store->commit(inserts(network(7)))));
  int good = 0;
  std::vector<Error> errors;
  for (int vni : {6, 7, 8}) {
    spawn(store->commit(inserts(network(vni))), [&](Result<void> r) {
      if (r)
        ++good;
      else
        errors.push_back(r.error());
    });
  }
  ASSERT_TRUE(run_until([&] { return good + errors.size() == 3; }));
  EXPECT_EQ(good, 2);
  ASSERT_THAT(errors, SizeIs(1));
  auto conflict = read_conflict(errors[0]);
  EXPECT_EQ(conflict.kind, Kind::kIndex);
  EXPECT_EQ(conflict.table, "Network");
  EXPECT_THAT(conflict.columns, ::testing::ElementsAre("encapsulation", "vni"));
}

TEST_F(StoreItest, ReferencesAreHeldBothWays) {
  auto store = connect();
  Network used = network(5);
  ASSERT_TRUE(run(store->commit(inserts(used, port_of(used, "", 1)))));
  Write removal;
  removal.remove<Network>(used.id);
  auto refused = run(store->commit(removal));
  ASSERT_FALSE(refused);
  EXPECT_EQ(read_conflict(refused.error()).kind, Kind::kStillReferenced);
  auto orphan = run(store->commit(inserts(port_of(network(6), "", 2))));
  ASSERT_FALSE(orphan);
  auto conflict = read_conflict(orphan.error());
  EXPECT_EQ(conflict.kind, Kind::kMissingReference);
  EXPECT_EQ(conflict.target, "Network");
}

TEST_F(StoreItest, AnUpdateOfAChangedRowIsRefusedOnRequest) {
  auto store = connect();
  Network before = network(5);
  ASSERT_TRUE(run(store->commit(inserts(before))));
  Network after = before;
  after.name = "a";
  after.revision = 2;
  Write first, second, unconditional;
  first.update(before, after, true);
  second.update(before, after, true);
  unconditional.update(before, after);
  ASSERT_TRUE(run(store->commit(first)));
  EXPECT_EQ(read_conflict(run(store->commit(second)).error()).kind, Kind::kPrecondition);
  EXPECT_TRUE(run(store->commit(unconditional)));
}

TEST_F(StoreItest, AWriteFailsWhenWhatItRequiresIsGone) {
  auto store = connect();
  Network made = network(5);
  Write write = inserts(made);
  write.require<Network>(Uuid::random());
  EXPECT_EQ(read_conflict(run(store->commit(write)).error()).kind, Kind::kPrecondition);
  Write update;
  Network renamed = made;
  renamed.name = "x";
  update.update(made, renamed);
  EXPECT_EQ(read_conflict(run(store->commit(update)).error()).kind, Kind::kPrecondition);
}

TEST_F(StoreItest, AWriteFailsWhenWhatMustNotBeThereIsThere) {
  auto store = connect();
  Network used = network(5);
  Port port = port_of(used, "", 1);
  auto rename_unless_ported = [&](const char* name) {
    Network renamed = used;
    renamed.name = name;
    Write write;
    write.update(used, renamed);
    write.require_none<Port>({{"network", "==", ovsdb::Datum(ovsdb::Atom(used.id))}});
    return write;
  };
  ASSERT_TRUE(run(store->commit(inserts(used))));
  EXPECT_TRUE(run(store->commit(rename_unless_ported("free"))));
  ASSERT_TRUE(run(store->commit(inserts(port))));
  auto refused = run(store->commit(rename_unless_ported("taken")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(read_conflict(refused.error()).kind, Kind::kPrecondition);
  EXPECT_EQ(store->intent().find<Network>(used.id)->name, "free");
}

TEST_F(StoreItest, AnAgentSeesItsPortsAndWhatItIsInterestedIn) {
  auto controller = connect(), agent = connect({.host = "worker1"});
  Network mine = network(5), other = network(6);
  Port here = port_of(mine, "worker1", 1), peer = port_of(mine, "worker2", 2),
       foreign = port_of(other, "worker2", 3);
  Node node{Uuid::random(), "worker2", {}, 1500, "", ""};
  ASSERT_TRUE(run(controller->commit(inserts(mine, other, here, peer, foreign, node))));
  ASSERT_TRUE(run_until(
      [&] { return agent->intent().find<Port>(here.id) && agent->intent().node_named("worker2"); }));
  EXPECT_FALSE(agent->intent().find<Network>(mine.id));
  EXPECT_FALSE(agent->intent().find<Port>(peer.id));

  ASSERT_TRUE(run(agent->set_interest({.networks = {mine.id}})));
  EXPECT_TRUE(agent->intent().find<Network>(mine.id));
  EXPECT_TRUE(agent->intent().find<Port>(peer.id));
  EXPECT_FALSE(agent->intent().find<Port>(foreign.id));

  ASSERT_TRUE(run(agent->set_interest({.ports = {foreign.id}})));
  EXPECT_TRUE(agent->intent().find<Port>(foreign.id));
  EXPECT_TRUE(run_until([&] { return !agent->intent().find<Port>(peer.id); }))
      << "out of interest, yet not gone";
}

TEST_F(StoreItest, AnAgentSeesTheAddressGroupsThatItNames) {
  auto controller = connect(), agent = connect({.host = "worker1"});
  AddressGroup named, other;
  named.id = Uuid::random();
  other.id = Uuid::random();
  AddressGroupEntry mine{Uuid::random(), named.id, *IpPrefix::parse("192.0.2.0/25")};
  AddressGroupEntry foreign{Uuid::random(), other.id, mine.prefix};
  ASSERT_TRUE(run(controller->commit(inserts(named, other, mine, foreign))));
  ASSERT_TRUE(run(agent->set_interest({.address_groups = {named.id}})));
  EXPECT_TRUE(agent->intent().find<AddressGroup>(named.id));
  EXPECT_TRUE(agent->intent().entries_of(named.id).contains(mine.id));
  EXPECT_FALSE(agent->intent().find<AddressGroup>(other.id));
  EXPECT_FALSE(agent->intent().find<AddressGroupEntry>(foreign.id));

  AddressGroupEntry one_more{Uuid::random(), named.id, *IpPrefix::parse("2001:db8::/32")};
  ASSERT_TRUE(run(controller->commit(inserts(one_more))));
  EXPECT_TRUE(run_until([&] { return agent->intent().find<AddressGroupEntry>(one_more.id) != nullptr; }));
  AddressGroupEntry twice{Uuid::random(), named.id, one_more.prefix};
  auto refused = run(controller->commit(inserts(twice)));
  EXPECT_EQ(read_conflict(refused.error()).table, "AddressGroupEntry");
}

TEST_F(StoreItest, AQueryReadsPastTheScope) {
  auto controller = connect(), agent = connect({.host = "worker1"});
  Network made = network(5);
  ASSERT_TRUE(run(controller->commit(inserts(made))));
  std::vector<ovsdb::Clause> where{{"vni", "==", ovsdb::Datum(ovsdb::Atom(std::int64_t{5}))}};
  auto found = run(agent->query<Network>(where));
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_EQ(found->front().id, made.id);
}

TEST_F(StoreItest, AnAddressIsClaimedWhileItsWriteIsUnderWay) {
  auto store = connect();
  Address address{Uuid::random(), {}, Uuid::random(), Uuid::random(), *IpAddress::parse("10.0.0.5")};
  bool done = false;
  spawn(store->commit(inserts(address)), [&](Result<void> r) {
    EXPECT_FALSE(r);  // its subnet does not exist
    done = true;
  });
  EXPECT_TRUE(run_until([&] { return store->claims().contains(address.subnet); }));
  EXPECT_TRUE(run_until([&] { return done; }));
  EXPECT_FALSE(store->claims().contains(address.subnet));
}

TEST_F(StoreItest, TheServersSchemaIsOurs) {
  EXPECT_TRUE(run(check_schema(io_.get_executor(), {.remotes = {server_->remote()}})));
}

TEST_F(StoreItest, DataSurvivesTheServersDeathAndItsOwnerHearsOfIt) {
  auto store = connect();
  Network made = network(5);
  ASSERT_TRUE(run(store->commit(inserts(made))));
  bool died = false;
  server_->on_death([&](int) { died = true; });
  kill(server_->pid(), SIGKILL);
  ASSERT_TRUE(run_until([&] { return died && !store->synced(); }));
  EXPECT_TRUE(store->intent().find<Network>(made.id)) << "the last content stays";
  start_server();
  ASSERT_TRUE(run_until([&] { return store->synced(); }));
  EXPECT_TRUE(store->intent().find<Network>(made.id));
  EXPECT_TRUE(run(store->commit(inserts(network(6)))));
}

TEST_F(StoreItest, AServerThatCantStartSaysSo) {
  auto second = LocalServer::start(io_.get_executor(), {.directory = directory_ / std::string(120, 'x')});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kUnavailable);
}

}  // namespace
}  // namespace weft::store
