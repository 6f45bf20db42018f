#include "agent/dhcp_responder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/dhcp_dialogue.h"

namespace weft::agent {
namespace {

using namespace dialogue;
using net::DhcpMessage;
using net::DhcpType;
namespace option = net::dhcp_option;
using testing::IsEmpty;
using testing::Key;
using testing::UnorderedElementsAre;

TEST(DhcpResponder, OffersTheLease) {
  auto answer = ask(request(DhcpType::kDiscover));
  EXPECT_EQ(answer.outcome, DhcpOutcome::kOffered);
  EXPECT_EQ(answer.message.type(), DhcpType::kOffer);
  EXPECT_TRUE(answer.message.reply);
  EXPECT_EQ(answer.message.xid, 0x1234U);
  EXPECT_EQ(answer.message.yours, ip("20.20.1.15"));
  EXPECT_EQ(answer.message.address(option::kServerId), ip("20.20.1.2"));
  EXPECT_EQ(answer.message.find(option::kLeaseTime)->size(), 4U);
  EXPECT_EQ(answer.from, (net::UdpEndpoint{example_lease().server_mac, ip("20.20.1.2"), 67}));
  EXPECT_GE(answer.payload.size(), 300U) << "BOOTP's minimum";
}

/// What a client says in REQUEST, and what becomes of it.
struct Request {
  const char* fact;
  const char* server;  ///< option 54
  const char* wanted;  ///< option 50
  const char* client;  ///< ciaddr
  DhcpOutcome outcome;
  const char* leased = "0.0.0.0";
};

class DhcpRequest : public testing::TestWithParam<Request> {};

TEST_P(DhcpRequest, IsJudgedByItsState) {
  const Request& given = GetParam();
  auto m = request(DhcpType::kRequest);
  if (given.server) m.set(option::kServerId, ip(given.server));
  if (given.wanted) m.set(option::kRequestedAddress, ip(given.wanted));
  if (given.client) m.client = ip(given.client);
  auto answer = ask(m, {example_lease(), second_lease()});
  EXPECT_EQ(answer.outcome, given.outcome) << given.fact;
  EXPECT_EQ(answer.message.yours, ip(given.leased)) << given.fact;
  if (given.outcome == DhcpOutcome::kAcknowledged) {
    EXPECT_EQ(answer.message.client, m.client) << given.fact;
  }
}

constexpr auto kAck = DhcpOutcome::kAcknowledged, kNak = DhcpOutcome::kRefused;
constexpr Request kRequests[] = {
    {"selecting", "20.20.1.2", "20.20.1.15", nullptr, kAck, "20.20.1.15"},
    {"selecting the port's other address", "20.20.2.2", "20.20.2.15", nullptr, kAck, "20.20.2.15"},
    {"selecting a foreign address", "20.20.1.2", "20.20.1.99", nullptr, kNak},
    {"selecting another server", "20.20.1.3", "20.20.1.15", nullptr, DhcpOutcome::kOtherServer},
    {"init-reboot", nullptr, "20.20.1.15", nullptr, kAck, "20.20.1.15"},
    {"init-reboot with the port's other address", nullptr, "20.20.2.15", nullptr, kAck, "20.20.2.15"},
    {"init-reboot after a move from another network", nullptr, "192.168.1.7", nullptr, kNak},
    {"renewing or rebinding", nullptr, nullptr, "20.20.1.15", kAck, "20.20.1.15"},
    {"renewing what the port no longer has", nullptr, nullptr, "20.20.1.16", kNak},
    {"no address at all", nullptr, nullptr, nullptr, DhcpOutcome::kMalformed},
};
INSTANTIATE_TEST_SUITE_P(States, DhcpRequest, testing::ValuesIn(kRequests));

TEST(DhcpResponder, RefusesByBroadcastAndWithAReason) {
  auto m = request(DhcpType::kRequest, Bytes{1, 3, 6});
  m.client = ip("20.20.1.99");
  auto answer = ask(m);
  EXPECT_EQ(answer.message.type(), DhcpType::kNak);
  EXPECT_TRUE(answer.message.client.is_unspecified());
  EXPECT_THAT(answer.message.options, UnorderedElementsAre(Key(53), Key(54), Key(56)));
  EXPECT_TRUE(answer.message.broadcast);
  EXPECT_EQ(answer.to.mac, MacAddress::broadcast());
  EXPECT_EQ(answer.to.address, ip("255.255.255.255"));
}

TEST(DhcpResponder, OffersThePortsAddressThatTheClientWouldLike) {
  auto m = request(DhcpType::kDiscover, Bytes{3});
  m.set(option::kRequestedAddress, ip("20.20.2.15"));
  auto other = ask(m, {example_lease(), second_lease()});
  EXPECT_EQ(other.message.yours, ip("20.20.2.15"));
  EXPECT_EQ(other.message.address(option::kRouters), ip("20.20.2.1"));
  EXPECT_EQ(other.message.address(option::kServerId), ip("20.20.2.2"));
  m.set(option::kRequestedAddress, ip("20.20.1.99"));
  EXPECT_EQ(ask(m, {example_lease(), second_lease()}).message.yours, ip("20.20.1.15"));
}

TEST(DhcpResponder, InformsWithoutALease) {
  auto m = request(DhcpType::kInform, Bytes{1, 51, 58, 59});
  m.client = ip("20.20.1.15");
  auto answer = ask(m);
  EXPECT_EQ(answer.outcome, DhcpOutcome::kInformed);
  EXPECT_EQ(answer.message.type(), DhcpType::kAck);
  EXPECT_TRUE(answer.message.yours.is_unspecified());
  EXPECT_EQ(answer.message.client, m.client);
  EXPECT_THAT(answer.message.options, UnorderedElementsAre(Key(1), Key(53), Key(54)));
  EXPECT_EQ(answer.to, (net::UdpEndpoint{example_lease().mac, ip("20.20.1.15"), 68}));
}

TEST(DhcpResponder, InformsAboutTheSubnetOfTheClientsOwnAddress) {
  auto m = request(DhcpType::kInform, Bytes{3});
  m.client = ip("20.20.2.77");
  auto answer = ask(m, {example_lease(), second_lease()});
  EXPECT_EQ(answer.message.address(option::kRouters), ip("20.20.2.1"));
}

TEST(DhcpResponder, HonoursTheBroadcastFlag) {
  auto m = request(DhcpType::kDiscover);
  EXPECT_EQ(ask(m).to, (net::UdpEndpoint{example_lease().mac, ip("20.20.1.15"), 68}));
  m.broadcast = true;
  auto answer = ask(m);
  EXPECT_EQ(answer.to, (net::UdpEndpoint{MacAddress::broadcast(), ip("255.255.255.255"), 68}));
  EXPECT_TRUE(answer.message.broadcast);
}

TEST(DhcpResponder, GivesTheClientItsIdentifierBack) {
  auto m = request(DhcpType::kDiscover);
  m.options[option::kClientId] = {0xff, 1, 2, 3, 4, 0, 2, 0, 0, 0xab, 0x11};  // RFC 4361
  EXPECT_EQ(*ask(m).message.find(option::kClientId), m.options[option::kClientId]);
  m.client = ip("20.20.1.99");
  m.set_number(option::kMessageType, 3, 1);
  EXPECT_EQ(*ask(m).message.find(option::kClientId), m.options[option::kClientId]) << "in refusals too";
}

TEST(DhcpResponder, SaysNothingToReleaseAndDecline) {
  auto released = request(DhcpType::kRelease);
  released.client = ip("20.20.1.15");
  auto answer = answer_dhcp(frame_of(released), std::vector{example_lease()});
  EXPECT_EQ(answer.outcome, DhcpOutcome::kReleased);
  EXPECT_EQ(answer.address, ip("20.20.1.15"));
  EXPECT_THAT(answer.frame, IsEmpty());
  auto declined = request(DhcpType::kDecline);
  declined.set(option::kRequestedAddress, ip("20.20.1.15"));
  answer = answer_dhcp(frame_of(declined), std::vector{example_lease()});
  EXPECT_EQ(answer.outcome, DhcpOutcome::kDeclined);
  EXPECT_EQ(answer.address, ip("20.20.1.15"));
  EXPECT_THAT(answer.frame, IsEmpty());
}

TEST(DhcpResponder, HasNothingForAPortWithoutLease) {
  EXPECT_EQ(ask(request(DhcpType::kDiscover), {}).outcome, DhcpOutcome::kNoLease);
  EXPECT_EQ(drop_of(DhcpOutcome::kNoLease), fabric::Drop::kNoLease);
}

TEST(DhcpResponder, HasNothingForAnAddressWhoseSubnetIsNotServed) {
  const std::vector leases{example_lease()};
  const std::vector unserved{ip("20.20.9.15")};
  auto inform = request(DhcpType::kInform);
  auto reboot = request(DhcpType::kRequest);
  for (const auto& [address, informed, rebooted] :
       {std::tuple("20.20.9.15", DhcpOutcome::kNoLease, DhcpOutcome::kNoLease),
        std::tuple("20.20.9.16", DhcpOutcome::kInformed, DhcpOutcome::kRefused)}) {
    inform.client = ip(address);
    reboot.set(option::kRequestedAddress, ip(address));
    for (const auto& [message, outcome] : {std::pair(inform, informed), std::pair(reboot, rebooted)}) {
      const auto answer = answer_dhcp(frame_of(message), leases, unserved);
      EXPECT_EQ(answer.outcome, outcome) << address;
      EXPECT_EQ(answer.frame.empty(), outcome == DhcpOutcome::kNoLease) << address;
    }
  }
}

/// A request that is spoiled, what it is taken for, and as what it is counted.
struct Spoiled {
  const char* fact;
  void (*spoil)(DhcpMessage&);
  DhcpOutcome outcome;
  fabric::Drop drop;
};

class SpoiledDhcpRequest : public testing::TestWithParam<Spoiled> {};

TEST_P(SpoiledDhcpRequest, GetsNoAnswer) {
  const Spoiled& given = GetParam();
  auto m = request(DhcpType::kDiscover);
  given.spoil(m);
  auto answer = answer_dhcp(frame_of(m), std::vector{example_lease()});
  EXPECT_EQ(answer.outcome, given.outcome) << given.fact;
  EXPECT_EQ(drop_of(answer.outcome), given.drop) << given.fact;
  EXPECT_THAT(answer.frame, IsEmpty()) << given.fact;
}

constexpr auto kMalformed = DhcpOutcome::kMalformed;
constexpr auto kRefusedToRead = fabric::Drop::kMalformedRequest;
const Spoiled kSpoiled[] = {
    {"a reply", [](DhcpMessage& m) { m.reply = true; }, kMalformed, kRefusedToRead},
    {"BOOTP", [](DhcpMessage& m) { m.options.clear(); }, kMalformed, kRefusedToRead},
    {"a server's type", [](DhcpMessage& m) { m.set_number(53, 2, 1); }, kMalformed, kRefusedToRead},
    {"an unknown type", [](DhcpMessage& m) { m.set_number(53, 77, 1); }, kMalformed, kRefusedToRead},
    {"a type of two bytes", [](DhcpMessage& m) { m.set_number(53, 1, 2); }, kMalformed, kRefusedToRead},
    {"inform without address", [](DhcpMessage& m) { m.set_number(53, 8, 1); }, kMalformed, kRefusedToRead},
    {"from a relay", [](DhcpMessage& m) { m.relay = ip("20.20.1.77"); }, DhcpOutcome::kRelayed,
     kRefusedToRead},
    {"another's hardware address", [](DhcpMessage& m) { m.hardware.bytes[5] ^= 1; }, DhcpOutcome::kForeignMac,
     fabric::Drop::kSpoofedMac},
};
INSTANTIATE_TEST_SUITE_P(Refusals, SpoiledDhcpRequest, testing::ValuesIn(kSpoiled));

TEST(DhcpResponder, RefusesToReadWhatIsNoDhcp) {
  const std::vector leases{example_lease()};
  EXPECT_EQ(answer_dhcp(net::Frame(400), leases).outcome, DhcpOutcome::kMalformed);
  auto frame = frame_of(request(DhcpType::kDiscover));
  EXPECT_EQ(answer_dhcp(frame, leases).outcome, DhcpOutcome::kOffered);
  frame.resize(frame.size() - 40);
  EXPECT_EQ(answer_dhcp(frame, leases).outcome, DhcpOutcome::kMalformed) << "shorter than it says";
}

}  // namespace
}  // namespace weft::agent
