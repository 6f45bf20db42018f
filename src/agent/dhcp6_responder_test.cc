#include "agent/dhcp6_responder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/dhcp6.h"
#include "net/eui64.h"

namespace weft::agent {
namespace {

using Association = net::Dhcp6Association;
using Code = net::Dhcp6Code;
using Kind = Association::Kind;
using net::Dhcp6Message, net::Dhcp6Type;
namespace option = net::dhcp6_option;
using Bytes = std::vector<std::uint8_t>;
using testing::ElementsAre, testing::IsEmpty;

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

const MacAddress kServerMac = MacAddress::from_u64(0xfa163e0000fe),
                 kClientMac = MacAddress::from_u64(0xfa163e000001);
const Bytes kServerId = {0, 3, 0, 1, 0xfa, 0x16, 0x3e, 0, 0, 0xfe}, kClientId = {0, 1, 0, 1, 9, 9, 9, 9};
const net::UdpEndpoint kClient{kClientMac, link_local(kClientMac), net::kDhcp6ClientPort};
const net::UdpEndpoint kAllServers{MacAddress::from_u64(0x333300010002), ip("ff02::1:2"),
                                   net::kDhcp6ServerPort};
const net::UdpEndpoint kServer{kServerMac, link_local(kServerMac), net::kDhcp6ServerPort};

Dhcp6Lease stateful() {
  return {.server_mac = kServerMac,
          .addresses = {ip("2001:db8::15")},
          .on_link = {*IpPrefix::parse("2001:db8::/64")},
          .lease_seconds = 86400,
          .dns_servers = {ip("2001:db8::53")},
          .ntp_servers = {ip("10.0.0.1"), ip("2001:db8::123")},
          .host_name = "vm1",
          .domain_name = "example",
          .extra_options = {}};
}
Dhcp6Lease stateless() {
  auto lease = stateful();
  lease.addresses.clear();
  return lease;
}

Association asks(std::uint32_t id, std::vector<net::Dhcp6Address> addresses = {},
                 Kind kind = Kind::kAddresses) {
  return {.kind = kind, .id = id, .addresses = std::move(addresses), .status = {}};
}

Dhcp6Message request(Dhcp6Type type, std::vector<Association> associations = {asks(7)}) {
  Dhcp6Message m{.type = type, .transaction = 0xabcdef, .associations = std::move(associations)};
  m.options[option::kClientId] = kClientId;
  const bool to_one = type == Dhcp6Type::kRequest || type == Dhcp6Type::kRenew ||
                      type == Dhcp6Type::kRelease || type == Dhcp6Type::kDecline;
  if (to_one) m.options[option::kServerId] = kServerId;
  return m;
}
Dhcp6Message wanting(Dhcp6Message m, std::initializer_list<std::uint16_t> codes) {
  for (auto code : codes)
    m.options[option::kRequest].insert(m.options[option::kRequest].end(),
                                       {0, static_cast<std::uint8_t>(code)});
  return m;
}

PacketAnswer answer_to(const Dhcp6Message& m, const Dhcp6Lease& lease = stateful()) {
  return answer_dhcp6(net::build_udp(kClient, kAllServers, net::build_dhcp6(m)), lease);
}
Dhcp6Message reply_to(const Dhcp6Message& m, const Dhcp6Lease& lease = stateful()) {
  const auto answer = answer_to(m, lease);
  const auto udp = net::parse_udp(answer.frames.at(0));
  EXPECT_TRUE(udp) << answer.outcome;
  return udp ? *net::parse_dhcp6(udp->payload) : Dhcp6Message{};
}
void expect_refused(const PacketAnswer& answer) {
  EXPECT_EQ(answer.outcome, "malformed");
  EXPECT_EQ(answer.refusal, fabric::Drop::kMalformedRequest);
  EXPECT_TRUE(answer.frames.empty());
}

TEST(Dhcp6Responder, AdvertisesThePortsAddress) {
  const auto answer = answer_to(request(Dhcp6Type::kSolicit));
  EXPECT_EQ(answer.outcome, "answered");
  const auto udp = net::parse_udp(answer.frames.at(0));
  ASSERT_TRUE(udp);
  EXPECT_EQ(udp->source, kServer);
  EXPECT_EQ(udp->destination, kClient);
  Dhcp6Message expected{.type = Dhcp6Type::kAdvertise, .transaction = 0xabcdef};
  expected.associations = {{.id = 7,
                            .renew_after = 43200,
                            .rebind_after = 69120,
                            .addresses = {{ip("2001:db8::15"), 86400, 86400}},
                            .status = {}}};
  expected.options = {{option::kClientId, kClientId}, {option::kServerId, kServerId}};
  EXPECT_EQ(*net::parse_dhcp6(udp->payload), expected);
}

TEST(Dhcp6Responder, CommitsRapidlyWhenAsked) {
  auto solicit = request(Dhcp6Type::kSolicit);
  solicit.options[option::kRapidCommit] = {};
  const auto reply = reply_to(solicit);
  EXPECT_EQ(reply.type, Dhcp6Type::kReply);
  EXPECT_TRUE(reply.has(option::kRapidCommit));
  EXPECT_EQ(reply.associations.at(0).addresses.size(), 1u);
  EXPECT_EQ(reply_to(solicit, stateless()).type, Dhcp6Type::kAdvertise) << "nothing to commit";
}

TEST(Dhcp6Responder, GivesTheAddressesToTheFirstAssociation) {
  auto lease = stateful();
  lease.addresses.push_back(ip("2001:db8:1::15"));
  const auto reply = reply_to(request(Dhcp6Type::kRequest, {asks(7), asks(8), asks(9, {}, Kind::kTemporary),
                                                            asks(10, {}, Kind::kPrefixes)}),
                              lease);
  EXPECT_EQ(reply.type, Dhcp6Type::kReply);
  ASSERT_EQ(reply.associations.size(), 4u);
  EXPECT_EQ(reply.associations[0].addresses.size(), 2u);
  for (std::size_t i : {1u, 2u}) EXPECT_EQ(reply.associations[i].status->code, Code::kNoAddresses);
  EXPECT_EQ(reply.associations[3].status->code, Code::kNoPrefixes);
  EXPECT_EQ(reply.associations[3].kind, Kind::kPrefixes);
}

TEST(Dhcp6Responder, HasNoAddressesInAStatelessSubnet) {
  const auto reply = reply_to(request(Dhcp6Type::kSolicit), stateless());
  EXPECT_EQ(reply.type, Dhcp6Type::kAdvertise);
  EXPECT_EQ(reply.associations.at(0).status->code, Code::kNoAddresses);
}

TEST(Dhcp6Responder, TellsWhoAsksForAnAddressOfAnotherLink) {
  const auto reply = reply_to(request(Dhcp6Type::kRequest, {asks(7, {{ip("2001:db8:ffff::1")}})}));
  EXPECT_EQ(reply.associations.at(0).status->code, Code::kNotOnLink);
  EXPECT_THAT(reply.associations.at(0).addresses, IsEmpty());
  const auto near = reply_to(request(Dhcp6Type::kRequest, {asks(7, {{ip("2001:db8::99")}})}));
  EXPECT_EQ(near.associations.at(0).addresses.at(0).ip, ip("2001:db8::15"))
      << "on the link: gets the right one";
}

TEST(Dhcp6Responder, ExtendsTheAssociationThatHasTheAddress) {
  for (auto type : {Dhcp6Type::kRenew, Dhcp6Type::kRebind}) {
    const auto reply = reply_to(request(type, {asks(6), asks(7, {{ip("2001:db8::15"), 5, 9}})}));
    EXPECT_EQ(reply.type, Dhcp6Type::kReply);
    EXPECT_EQ(reply.associations.at(0).status->code, Code::kNoBinding);
    EXPECT_THAT(reply.associations.at(1).addresses,
                ElementsAre(net::Dhcp6Address{ip("2001:db8::15"), 86400, 86400}));
  }
}

TEST(Dhcp6Responder, TakesAFormerAddressAway) {
  const auto reply = reply_to(request(Dhcp6Type::kRenew, {asks(7, {{ip("2001:db8::14"), 5, 9}})}));
  EXPECT_THAT(reply.associations.at(0).addresses,
              ElementsAre(net::Dhcp6Address{ip("2001:db8::15"), 86400, 86400},
                          net::Dhcp6Address{ip("2001:db8::14"), 0, 0}));
  const auto gone =
      reply_to(request(Dhcp6Type::kRenew, {asks(7, {{ip("2001:db8::14"), 5, 9}})}), stateless());
  EXPECT_EQ(gone.associations.at(0).status->code, Code::kNoBinding);
}

TEST(Dhcp6Responder, ConfirmsOnlyThePortsAddresses) {
  const auto own = request(Dhcp6Type::kConfirm, {asks(7, {{ip("2001:db8::15")}})});
  EXPECT_EQ(reply_to(own).status->code, Code::kSuccess);
  const auto other = request(Dhcp6Type::kConfirm, {asks(7, {{ip("2001:db8::15")}, {ip("2001:db8::16")}})});
  EXPECT_EQ(reply_to(other).status->code, Code::kNotOnLink);
  const auto none = answer_to(request(Dhcp6Type::kConfirm));
  EXPECT_EQ(none.outcome, "no_answer_due");
  EXPECT_TRUE(none.frames.empty());
}

TEST(Dhcp6Responder, TakesAddressesBack) {
  const std::vector<net::Dhcp6Address> own = {{ip("2001:db8::15")}}, foreign = {{ip("2001:db8::16")}};
  for (auto type : {Dhcp6Type::kRelease, Dhcp6Type::kDecline}) {
    const auto reply = reply_to(request(type, {asks(7, own), asks(8, foreign)}));
    EXPECT_EQ(reply.status->code, Code::kSuccess);
    ASSERT_EQ(reply.associations.size(), 1u);
    EXPECT_EQ(reply.associations[0].id, 8u);
    EXPECT_EQ(reply.associations[0].status->code, Code::kNoBinding);
  }
  EXPECT_EQ(answer_to(request(Dhcp6Type::kDecline, {asks(7, own)})).outcome, "declined");
}

TEST(Dhcp6Responder, GivesOnlyWhatIsAskedFor) {
  const auto plain = reply_to(request(Dhcp6Type::kSolicit));
  EXPECT_EQ(plain.options.size(), 2u) << "identifiers only";
  const auto reply = reply_to(wanting(request(Dhcp6Type::kSolicit), {23, 24, 31, 39, 56, 59}));
  const auto server = ip("2001:db8::53").bytes(), clock = ip("2001:db8::123").bytes();
  EXPECT_EQ(*reply.find(option::kDnsServers), Bytes(server.begin(), server.end()));
  EXPECT_EQ(*reply.find(option::kDomainSearch), (Bytes{7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0}));
  EXPECT_EQ(*reply.find(option::kSntpServers), Bytes(clock.begin(), clock.end()));
  EXPECT_EQ(reply.find(option::kNtpServers)->size(), 20u);
  EXPECT_EQ(*reply.find(option::kClientName),
            (Bytes{4, 3, 'v', 'm', '1', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0}));
  EXPECT_FALSE(reply.has(option::kBootfileUrl)) << "there is none";
}

TEST(Dhcp6Responder, InformsWithoutAddressesAndWithoutAClientId) {
  auto inform = wanting(request(Dhcp6Type::kInformationRequest, {}), {23, 32});
  inform.options.erase(option::kClientId);
  const auto reply = reply_to(inform, stateless());
  EXPECT_EQ(reply.type, Dhcp6Type::kReply);
  EXPECT_TRUE(reply.has(option::kDnsServers));
  EXPECT_EQ(*reply.find(option::kRefreshTime), (Bytes{0, 1, 0x51, 0x80}));
  EXPECT_THAT(reply.associations, IsEmpty());
}

TEST(Dhcp6Responder, LeasesForEver) {
  auto lease = stateful();
  lease.lease_seconds = kInfiniteLease;
  const auto association = reply_to(request(Dhcp6Type::kRequest), lease).associations.at(0);
  EXPECT_EQ(association.renew_after, kInfiniteLease);
  EXPECT_EQ(association.rebind_after, kInfiniteLease);
  EXPECT_EQ(association.addresses.at(0).valid, kInfiniteLease);
}

TEST(Dhcp6Responder, TellsIpxeItsOwnBootfile) {
  auto lease = stateful();
  lease.extra_options = {{"bootfile-url", "tftp://[2001:db8::1]/ipxe.efi", IpVersion::kV6},
                         {"tag:ipxe6,59", "http://boot/", IpVersion::kV6}};
  const auto text = [](const Bytes* value) { return value ? std::string(value->begin(), value->end()) : ""; };
  auto solicit = wanting(request(Dhcp6Type::kSolicit), {59});
  EXPECT_EQ(text(reply_to(solicit, lease).find(59)), "tftp://[2001:db8::1]/ipxe.efi");
  solicit.options[option::kUserClass] = {0, 4, 'i', 'P', 'X', 'E'};
  EXPECT_EQ(text(reply_to(solicit, lease).find(59)), "http://boot/");
}

TEST(Dhcp6Responder, LeavesWhatIsForAnotherServer) {
  auto other = request(Dhcp6Type::kRequest);
  other.options[option::kServerId] = {0, 3, 0, 1, 2, 2, 2, 2, 2, 2};
  const auto answer = answer_to(other);
  EXPECT_EQ(answer.outcome, "other_server");
  EXPECT_TRUE(answer.frames.empty());
  EXPECT_EQ(answer.refusal, fabric::Drop::kNone);
}

TEST(Dhcp6Responder, AnswersUnicastWithUseMulticast) {
  const auto renew = net::build_dhcp6(request(Dhcp6Type::kRenew));
  const auto answer = answer_dhcp6(net::build_udp(kClient, kServer, renew), stateful());
  const auto reply = net::parse_dhcp6(net::parse_udp(answer.frames.at(0))->payload);
  EXPECT_EQ(reply->status->code, Code::kUseMulticast);
  EXPECT_THAT(reply->associations, IsEmpty());
  const auto solicit = net::build_dhcp6(request(Dhcp6Type::kSolicit));
  expect_refused(answer_dhcp6(net::build_udp(kClient, kServer, solicit), stateful()));
}

TEST(Dhcp6Responder, RefusesMessagesWithoutTheirIdentifiers) {
  for (auto type : {Dhcp6Type::kSolicit, Dhcp6Type::kRequest, Dhcp6Type::kRebind}) {
    auto nobody = request(type);
    nobody.options.erase(option::kClientId);
    expect_refused(answer_to(nobody));
    nobody.options[option::kClientId] = {0, 3};
    expect_refused(answer_to(nobody));
  }
  auto to_nobody = request(Dhcp6Type::kRenew);
  to_nobody.options.erase(option::kServerId);
  expect_refused(answer_to(to_nobody));
  auto to_one = request(Dhcp6Type::kSolicit);
  to_one.options[option::kServerId] = kServerId;
  expect_refused(answer_to(to_one));
  expect_refused(answer_to(request(Dhcp6Type::kInformationRequest)));  // with an association
}

TEST(Dhcp6Responder, RefusesWhatServersAndRelaysSay) {
  for (auto type :
       {Dhcp6Type::kAdvertise, Dhcp6Type::kReply, Dhcp6Type::kReconfigure, Dhcp6Type::kRelayForward})
    expect_refused(answer_to(request(type)));
}

TEST(Dhcp6Responder, RefusesWhatComesFromElsewhere) {
  const auto solicit = net::build_dhcp6(request(Dhcp6Type::kSolicit));
  auto far = kClient;
  far.address = ip("2001:db8::15");
  expect_refused(answer_dhcp6(net::build_udp(far, kAllServers, solicit), stateful()));
  auto elsewhere = kAllServers;
  elsewhere.address = ip("2001:db8::1");
  expect_refused(answer_dhcp6(net::build_udp(kClient, elsewhere, solicit), stateful()));
  expect_refused(answer_dhcp6(net::Frame(100), stateful()));
}

}  // namespace
}  // namespace weft::agent
