#include <gtest/gtest.h>

#include "openflow/flow.h"

namespace weft::openflow {
namespace {

IpPrefix prefix(std::string_view text) {
  return *IpPrefix::parse(text);
}
Match tcp() {
  return Match().set(Field::kEthType, 0x0800).set(Field::kIpProto, 6);
}

TEST(Match, PrintsProtocolShorthands) {
  EXPECT_EQ(to_text(tcp().set(Field::kTcpDst, 22)), "tcp,tp_dst=22");
  EXPECT_EQ(to_text(Match().set(Field::kEthType, 0x86dd).set(Field::kIpProto, 58)), "icmp6");
  EXPECT_EQ(to_text(Match().set(Field::kEthType, 0x0800).set(Field::kIpProto, 50)), "ip,nw_proto=50");
  EXPECT_EQ(to_text(Match().set(Field::kEthType, 0x0806).set(Field::kArpOp, 1)), "arp,arp_op=1");
  EXPECT_EQ(to_text(Match().set(Field::kEthType, 0x88cc)), "dl_type=0x88cc");
}

TEST(Match, KeepsNoBitOutsideTheMask) {
  Match match;
  match.set_masked(Field::kReg0, 0xffff, 0xff).set_masked(Field::kReg1, 5, 0);
  EXPECT_EQ(to_text(match), "reg0=0xff/0xff");
}

TEST(Match, JoinsBitRangesOfOneRegister) {
  Match match;
  match.set_bits(Field::kReg0, 0, 8, 5).set_bits(Field::kReg0, 16, 4, 3);
  EXPECT_EQ(to_text(match), "reg0=0x30005/0xf00ff");
}

TEST(Match, PrefixOfLengthZeroMatchesEverything) {
  EXPECT_EQ(to_text(Match().set_prefix(Field::kIpv4Src, prefix("0.0.0.0/0"))), "");
  EXPECT_EQ(to_text(Match().set_prefix(Field::kIpv6Dst, prefix("fe80::/64"))), "ipv6_dst=fe80::/64");
  EXPECT_EQ(to_text(Match().set_prefix(Field::kIpv4Src, prefix("10.1.2.3/32"))), "nw_src=10.1.2.3");
}

TEST(Match, PrintsConnectionStateAsFlags) {
  EXPECT_EQ(to_text(Match().set_masked(Field::kCtState, 0x22, 0x32)), "ct_state=+est-inv+trk");
  EXPECT_EQ(to_text(Match().set(Field::kCtState, 0x25)), "ct_state=new|rel|trk");
}

TEST(Match, PrintsTheOriginalTupleBeforeTheProtocol) {
  Match match =
      tcp().set_masked(Field::kCtState, 0x20, 0x30).set_prefix(Field::kCtIpv4Src, prefix("10.0.0.0/8"));
  match.set(Field::kCtIpProto, 6).set_masked(Field::kCtTpDst, 80, 0xfff0);
  EXPECT_EQ(to_text(match), "ct_state=-inv+trk,ct_nw_src=10.0.0.0/8,ct_nw_proto=6,ct_tp_dst=0x50/0xfff0,tcp");
  Match v6 = Match().set_prefix(Field::kCtIpv6Dst, prefix("fd00::1/128"));
  EXPECT_EQ(to_text(v6), "ct_ipv6_dst=fd00::1");
}

TEST(Match, PrintsKindsOfFragments) {
  auto fragment = [](std::uint64_t value, std::uint64_t mask) {
    return to_text(Match().set_masked(Field::kIpFrag, value, mask));
  };
  EXPECT_EQ(fragment(0, 3), "nw_frag=no");
  EXPECT_EQ(fragment(1, 3), "nw_frag=first");
  EXPECT_EQ(fragment(3, 3), "nw_frag=later");
  EXPECT_EQ(fragment(1, 1), "nw_frag=yes");
  EXPECT_EQ(fragment(0, 2), "nw_frag=not_later");
}

TEST(Flow, ReadsLikeADump) {
  Flow flow{.key = {.table = 3, .priority = 100, .match = tcp()}, .cookie = 0xab, .actions = {}};
  flow.key.match.set(Field::kReg0, 1)
      .set_prefix(Field::kIpv4Src, prefix("10.0.0.0/8"))
      .set(Field::kTcpDst, 22);
  EXPECT_EQ(to_text(flow), "priority=100,tcp,reg0=0x1,nw_src=10.0.0.0/8,tp_dst=22 actions=drop");
  flow.actions = {Resubmit{5}, Output{7}, Output{kPortInPort}};
  EXPECT_EQ(to_text(flow, true),
            "cookie=0xab, priority=100,tcp,reg0=0x1,nw_src=10.0.0.0/8,tp_dst=22 "
            "actions=resubmit(,5),output:7,IN_PORT");
}

TEST(Actions, PrintEveryKind) {
  SubField low_zone{Field::kReg6, 0, 16};
  ConnTrack commit{.commit = true, .zone_from = low_zone, .recirc_table = 9};
  commit.exec = {SetField{Field::kCtMark, 1, Bits::ones(32)}};
  std::vector<Action> actions{
      SetField{Field::kReg6, 5, 0xffff},
      SetField{Field::kEthSrc, MacAddress::from_u64(1), Bits::ones(48)},
      SetField{Field::kInPort, 0, Bits::ones(32)},
      Move{{Field::kEthSrc, 0, 48}, {Field::kEthDst, 0, 48}},
      OutputField{{Field::kReg15, 0, 32}},
      Conjunction{7, 1, 2},
      Controller{.userdata = {1, 2}, .meter_id = 3, .pause = true},
      Group{4},
      PushVlan{},
      PopVlan{},
      DecTtl{},
      CtClear{},
      commit,
  };
  EXPECT_EQ(to_text(actions),
            "set_field:0x5/0xffff->reg6,set_field:00:00:00:00:00:01->eth_src,load:0->NXM_OF_IN_PORT[],"
            "move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],output:NXM_NX_REG15[],conjunction(7,1/2),"
            "controller(userdata=01.02,pause,meter_id=3),group:4,push_vlan:0x8100,pop_vlan,dec_ttl,ct_clear,"
            "ct(commit,table=9,zone=NXM_NX_REG6[0..15],exec(set_field:0x1->ct_mark))");
}

TEST(Actions, PrintWhatIsLearned) {
  Learn learn{.table = 10, .priority = 100, .idle_timeout = 300, .cookie = 0xab, .limit = 20};
  learn.result = {Field::kReg4, 2, 1};
  learn.match = {{{Field::kReg0, 0, 28}, {Field::kReg0, 0, 28}},
                 {{Field::kArpSha, 0, 48}, {Field::kEthDst, 0, 48}}};
  learn.copies = {{{Field::kInPort, 0, 16}, {Field::kReg1, 0, 16}}};
  learn.loads = {{{Field::kReg4, 0, 2}, 1}};
  EXPECT_EQ(to_text({learn}),
            "learn(table=10,idle_timeout=300,priority=100,cookie=0xab,limit=20,result_dst=NXM_NX_REG4[2],"
            "NXM_NX_REG0[0..27],NXM_OF_ETH_DST[]=NXM_NX_ARP_SHA[],load:NXM_OF_IN_PORT[]->NXM_NX_REG1[0..15],"
            "load:0x1->NXM_NX_REG4[0..1])");
}

TEST(Actions, NameTablesWhenAsked) {
  auto name = [](std::uint8_t table) { return "stage" + std::to_string(table); };
  EXPECT_EQ(to_text({Resubmit{5}}, name), "resubmit(,stage5)");
}

}  // namespace
}  // namespace weft::openflow
