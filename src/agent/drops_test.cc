#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "agent/drop_counters.h"
#include "agent/drop_followers.h"
#include "fabric/families.h"
#include "fabric/identity.h"
#include "fabric/packet_in.h"
#include "fabric/registers.h"

namespace weft::agent {
namespace {

using openflow::Field;
using testing::ElementsAre;
using testing::HasSubstr;

Uuid id(int n) {
  Uuid uuid;
  uuid.bytes[15] = static_cast<std::uint8_t>(n);
  return uuid;
}
constexpr std::int64_t kVni = 77;
const MacAddress kHere = MacAddress::from_u64(0xfa163e000001), kThere = MacAddress::from_u64(0xfa163e000002);

/// Port 1 here on interface o-1, port 2 somewhere else.
class Drops : public testing::Test {
 protected:
  void SetUp() override {
    model::Network network;
    network.id = id(9);
    network.vni = kVni;
    intent_.put(network);
    for (int n : {1, 2}) {
      model::Port port;
      port.id = id(n);
      port.name = "web" + std::to_string(n);
      port.network = id(9);
      port.mac = n == 1 ? kHere : kThere;
      intent_.put(port);
    }
    claims_["o-1"] = {.port = id(1), .interface = "o-1", .ofport = 11, .state = Claim::State::kHere};
    interfaces_["o-1"] = {.name = "o-1", .ofport = 11};
    interfaces_["vx-2"] = {.name = "vx-2", .type = "vxlan", .ofport = 30};
  }

  /// From one MAC to another, dropped for a reason.
  static openflow::PacketIn packet(fabric::Drop reason, const MacAddress& from, const MacAddress& to) {
    openflow::PacketIn packet;
    packet.userdata = {static_cast<std::uint8_t>(fabric::PacketInKind::kDrop)};
    packet.metadata.set(fabric::kDropReason.field(), static_cast<std::uint64_t>(reason));
    packet.metadata.set(fabric::kNetworkField.field(),
                        fabric::network_key(model::Encapsulation::kVxlan, kVni).value | 0xe0000000U);
    packet.frame.insert(packet.frame.end(), to.bytes.begin(), to.bytes.end());
    packet.frame.insert(packet.frame.end(), from.bytes.begin(), from.bytes.end());
    packet.frame.insert(packet.frame.end(), {0x08, 0x00});
    packet.full_length = 98;
    return packet;
  }
  std::optional<DropSample> read(const openflow::PacketIn& packet) {
    return read_drop_sample(packet, {intent_, claims_, interfaces_}, 5);
  }

  model::Intent intent_;
  Claims claims_;
  SwitchInterfaces interfaces_;
};

TEST_F(Drops, SampleKnowsBothEnds) {
  auto out = packet(fabric::Drop::kNoRuleOut, kHere, kThere);
  out.metadata.set(Field::kInPort, 11);
  auto sample = read(out);
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->sender, id(1));
  EXPECT_EQ(sample->receiver, id(2));
  EXPECT_EQ(sample->network, id(9));
  EXPECT_EQ(sample->interface, "o-1");
  EXPECT_EQ(sample->length, 98u);
  EXPECT_TRUE(concerns(*sample, id(1)) && concerns(*sample, id(2)));
  EXPECT_FALSE(concerns(*sample, id(3)));
}

TEST_F(Drops, InterfaceTellsTheSenderEvenIfTheMacIsSpoofed) {
  auto spoofed = packet(fabric::Drop::kSpoofedMac, kThere, kThere);
  spoofed.metadata.set(Field::kInPort, 11);
  EXPECT_EQ(read(spoofed)->sender, id(1));
}

TEST_F(Drops, ArrivalFromATunnelIsKnownByItsMacs) {
  auto in = packet(fabric::Drop::kNoRuleIn, kThere, MacAddress::from_u64(1));
  in.metadata.set(Field::kInPort, 30).set(fabric::kOutPort.field(), 11).set(Field::kCtState, 0x28);
  auto sample = read(in);
  EXPECT_EQ(sample->sender, id(2));
  EXPECT_EQ(sample->receiver, id(1));
  EXPECT_EQ(sample->interface, "vx-2");
  EXPECT_TRUE(sample->reply);
  EXPECT_FALSE(sample->related);
}

TEST_F(Drops, SampleIsOneObject) {
  auto out = packet(fabric::Drop::kSpoofedIp, kHere, kThere);
  out.metadata.set(Field::kInPort, 11);
  auto line = to_json(*read(out), "worker1");
  EXPECT_EQ(line.at("reason"), "spoofed IP");
  EXPECT_EQ(line.at("direction"), "egress");
  EXPECT_EQ(line.at("sender").as_string(), id(1).to_string());
  EXPECT_EQ(line.at("frame"), "fa163e000002fa163e0000010800");
}

TEST_F(Drops, ReasonsOfOtherVersionsAreLeftAlone) {
  EXPECT_FALSE(read(packet(static_cast<fabric::Drop>(200), kHere, kThere)));
  EXPECT_FALSE(read(packet(fabric::Drop::kNone, kHere, kThere)));
}

TEST_F(Drops, CountersOfOneReasonAndPortAreAdded) {
  auto flow = [](const fabric::Family& family, std::uint64_t packets) {
    return openflow::FlowStats{
        .flow = {.key = {.table = fabric::number(family.table), .priority = family.priority}},
        .packets = packets,
        .bytes = packets * 100};
  };
  auto owners = [](const openflow::FlowKey&) {
    return std::vector<fabric::Owner>{{.kind = fabric::ObjectKind::kPort, .id = id(1), .name = {}}};
  };
  DropTally tally(intent_);
  tally.add({flow(fabric::family::kSpoofedIp, 3), flow(fabric::family::kSpoofedIp, 4),
             flow(fabric::family::kVlanTagged, 0), flow(fabric::family::kOwnIp, 9)},
            owners);
  auto counts = tally.counts();
  ASSERT_EQ(counts.size(), 1u);
  auto row = to_json(counts).at(0).as_object();
  EXPECT_EQ(row.at("reason"), "spoofed IP");
  EXPECT_EQ(row.at("packets"), 7u);
  EXPECT_EQ(row.at("port").as_string(), id(1).to_string());
  EXPECT_EQ(row.at("object").as_string(), "port web1 (" + id(1).to_string() + ")");
  EXPECT_THAT(to_metrics(counts),
              HasSubstr("weft_drops_total{reason=\"spoofed IP\",direction=\"egress\",port=\"" +
                        id(1).to_string() + "\"} 7\n"));
}

TEST_F(Drops, RefusalsOfTheAgentCountLikeDropsOfTheSwitch) {
  Refusals refusals;
  refusals.add(fabric::Drop::kMalformedRequest, id(1), 300);
  refusals.add(fabric::Drop::kMalformedRequest, id(1), 200);
  refusals.add(fabric::Drop::kSpoofedMac, id(2), 60);
  DropTally tally(intent_);
  tally.add(refusals);
  auto rows = to_json(tally.counts());
  ASSERT_EQ(rows.size(), 2u);
  auto malformed = rows.at(1).as_object();
  EXPECT_EQ(malformed.at("reason"), "malformed request");
  EXPECT_EQ(malformed.at("packets"), 2u);
  EXPECT_EQ(malformed.at("bytes"), 500u);
  EXPECT_EQ(malformed.at("port").as_string(), id(1).to_string());
  refusals.keep({id(2)});
  EXPECT_EQ(refusals.counts().size(), 1u);
}

TEST_F(Drops, MetersCountForTheirPorts) {
  DropTally tally(intent_);
  auto port_at = [](std::uint32_t ofport) { return ofport == 11 ? std::optional(id(1)) : std::nullopt; };
  tally.add({{fabric::kDropMeter, 50, 40},
             {fabric::request_meter(11), 100, 80},
             {fabric::request_meter(12), 100, 80},
             {fabric::too_big_meter(11), 9, 2}},
            port_at);
  auto rows = to_json(tally.counts());
  ASSERT_EQ(rows.size(), 2u) << "the port's own two meters";
  EXPECT_EQ(rows.at(0).at("reason"), "too big");
  EXPECT_EQ(rows.at(0).at("packets"), 9u);
  EXPECT_EQ(rows.at(1).at("reason"), "too many requests");
  EXPECT_EQ(rows.at(1).at("packets"), 80u);
  EXPECT_EQ(rows.at(1).at("port").as_string(), id(1).to_string());
}

TEST_F(Drops, RefusedPacketIsASampleToo) {
  auto refused = packet(fabric::Drop::kNone, kHere, kThere);
  refused.metadata.set(Field::kInPort, 11);
  refused.frame.resize(1000);
  auto sample = describe_drop(refused, *fabric::drop_info(fabric::Drop::kMalformedRequest),
                              {intent_, claims_, interfaces_}, 5);
  EXPECT_EQ(sample.reason->name, "malformed request");
  EXPECT_EQ(sample.sender, id(1));
  EXPECT_EQ(sample.frame.size(), std::size_t{fabric::kDropSampleBytes});
}

TEST(SampleQueue, LosesTheOldestAndSaysHowMany) {
  SampleQueue queue;
  EXPECT_EQ(queue.take(), "");
  for (std::size_t i = 0; i < SampleQueue::kMost + 2; ++i)
    queue.push(std::make_shared<std::string>(std::to_string(i)));
  EXPECT_THAT(queue.take(), testing::StartsWith("{\"lost\":2}\n2\n3\n"));
  EXPECT_EQ(queue.take(), "");
}

class Followers : public testing::Test {
 protected:
  std::string next(http::Stream& stream) {
    std::string line;
    asio::co_spawn(context_, stream.next(), [&](std::exception_ptr, std::string text) { line = text; });
    context_.restart();
    context_.run();
    return line;
  }
  static DropSample sample(int sender) {
    return {.reason = fabric::drop_info(fabric::Drop::kNoRuleOut), .sender = id(sender)};
  }

  asio::io_context context_;
  Metrics metrics_;
  std::vector<fabric::DropWatch> watches_;
  DropFollowers followers_{context_.get_executor(), "worker1",
                           [this](const fabric::DropWatch& watch) { watches_.push_back(watch); }, metrics_};
};

TEST_F(Followers, SecondChangesNothingAndTheLastTurnsItOff) {
  auto first = followers_.follow(std::nullopt), second = followers_.follow(std::nullopt);
  ASSERT_EQ(watches_.size(), 1u);
  EXPECT_TRUE(watches_[0].all);
  (*first)->end();
  EXPECT_EQ(watches_.size(), 1u);
  EXPECT_FALSE(followers_.none());
  second->reset();
  ASSERT_EQ(watches_.size(), 2u);
  EXPECT_EQ(watches_[1], fabric::DropWatch());
  EXPECT_TRUE(followers_.none());
}

TEST_F(Followers, OnlyWhatSomebodyAskedForIsSampled) {
  auto one = followers_.follow(id(1)), two = followers_.follow(id(2));
  EXPECT_FALSE(watches_.back().all);
  EXPECT_THAT(watches_.back().ports, ElementsAre(id(1), id(2)));
  followers_.publish(sample(2));
  followers_.publish(sample(1));
  EXPECT_EQ(boost::json::parse(next(**one)).at("sender").as_string(), id(1).to_string());
}

TEST_F(Followers, StreamEndsWhenItIsTold) {
  auto stream = followers_.follow(std::nullopt);
  std::string line = "?";
  asio::co_spawn(context_, (*stream)->next(), [&](std::exception_ptr, std::string text) { line = text; });
  context_.poll();
  EXPECT_EQ(line, "?") << "there is nothing yet";
  (*stream)->end();
  context_.restart();
  context_.run();
  EXPECT_EQ(line, "");
  EXPECT_EQ(next(**stream), "");
}

TEST_F(Followers, AreBounded) {
  std::vector<std::shared_ptr<http::Stream>> all;
  for (std::size_t i = 0; i < DropFollowers::kMost; ++i) all.push_back(*followers_.follow(std::nullopt));
  EXPECT_EQ(followers_.follow(std::nullopt).error().code, Errc::kExhausted);
  all.pop_back();
  EXPECT_TRUE(followers_.follow(std::nullopt));
}

}  // namespace
}  // namespace weft::agent
