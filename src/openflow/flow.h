#pragma once
// Flows as plain values: what the compiler makes, the reconciler compares, the codec encodes, and people read
// as text.

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "openflow/field.h"

namespace weft::openflow {

/// The fields that a flow matches. A field's value has no bit outside its mask. Prerequisites are matched
/// explicitly (kEthType before kIpv4Src, kIpProto before kTcpDst, ...): the switch refuses a flow that leaves
/// them out.
class Match {
 public:
  struct Entry {
    Bits value;
    Bits mask;
    auto operator<=>(const Entry&) const = default;
  };

  /// Exact match. Chainable: Match().set(Field::kEthType, 0x0800).set(Field::kIpv4Src, address).
  Match& set(Field field, const Bits& value);
  Match& set_masked(Field field, const Bits& value, const Bits& mask);
  /// nw_src/ipv6_dst/... from a prefix; a zero-length prefix matches nothing extra.
  Match& set_prefix(Field field, const IpPrefix& prefix);
  /// Bits [low, low+count) of a register-like field.
  Match& set_bits(Field field, int low, int count, std::uint64_t value);

  const std::map<Field, Entry>& entries() const { return entries_; }
  const Entry* find(Field field) const;
  auto operator<=>(const Match&) const = default;

 private:
  std::map<Field, Entry> entries_;
};

// OpenFlow reserved ports (OpenFlow 1.5, 7.2.1.2).
inline constexpr std::uint32_t kPortInPort = 0xfffffff8;
inline constexpr std::uint32_t kPortNormal = 0xfffffffa;
inline constexpr std::uint32_t kPortController = 0xfffffffd;
inline constexpr std::uint32_t kPortLocal = 0xfffffffe;

/// A bit range of a field, as in NXM_NX_REG6[0..15].
struct SubField {
  Field field = Field::kReg0;
  int low = 0;
  int count = 32;
  auto operator<=>(const SubField&) const = default;
};

struct Output {
  std::uint32_t port = 0;
  auto operator<=>(const Output&) const = default;
};
/// Output to the port whose number a field holds (NXAST_OUTPUT_REG).
struct OutputField {
  SubField source;
  auto operator<=>(const OutputField&) const = default;
};
/// Sets the masked bits of a field: OXM set_field for a whole field, NXAST_REG_LOAD2 for a part of it. The
/// switch keeps value and mask as they are, so make them equal to what is meant: no value bit outside the
/// mask. kInPort is set as a whole, to a number below 65536 (NXAST_REG_LOAD).
struct SetField {
  Field field = Field::kReg0;
  Bits value;
  Bits mask;
  auto operator<=>(const SetField&) const = default;
};
/// Copies source to destination; both have the same number of bits (NXAST_REG_MOVE).
struct Move {
  SubField source;
  SubField destination;
  auto operator<=>(const Move&) const = default;
};
/// Looks up another table and comes back (NXAST_RESUBMIT_TABLE).
struct Resubmit {
  std::uint8_t table = 0;
  auto operator<=>(const Resubmit&) const = default;
};
struct Conjunction {
  std::uint32_t id = 0;
  std::uint8_t clause = 1;  ///< 1-based
  std::uint8_t clauses = 2;
  auto operator<=>(const Conjunction&) const = default;
};
/// Sends the packet to the controller as NXT_PACKET_IN2 (NXAST_CONTROLLER2).
struct Controller {
  std::vector<std::uint8_t> userdata;
  std::uint16_t max_length = 0xffff;  ///< bytes of the packet; Open vSwitch 3.1 sends all of it anyway
  std::uint32_t meter_id = 0;         ///< 0: no meter
  bool pause = false;                 ///< the pipeline goes on after NXT_RESUME
  auto operator<=>(const Controller&) const = default;
};
struct Group {
  std::uint32_t id = 0;
  auto operator<=>(const Group&) const = default;
};
struct PopVlan {
  auto operator<=>(const PopVlan&) const = default;
};
struct PushVlan {
  std::uint16_t ethertype = 0x8100;
  auto operator<=>(const PushVlan&) const = default;
};
struct DecTtl {
  auto operator<=>(const DecTtl&) const = default;
};
/// Compares the frame's size, Ethernet header included, and writes 1 (larger) or 0 (NXAST_CHECK_PKT_LARGER).
struct CheckPktLarger {
  std::uint16_t size = 0;  ///< bytes
  SubField result;         ///< one bit
  auto operator<=>(const CheckPktLarger&) const = default;
};
struct CtClear {
  auto operator<=>(const CtClear&) const = default;
};

/// Connection tracking (NXAST_CT).
struct ConnTrack {
  bool commit = false;
  bool force = false;
  /// The zone: a number, or a field's low 16 bits.
  std::uint16_t zone = 0;
  std::optional<SubField> zone_from;
  std::optional<std::uint8_t> recirc_table;  ///< absent: no recirculation
  std::vector<SetField> exec;                ///< ct_mark/ct_label settings at commit
  auto operator<=>(const ConnTrack&) const = default;
};

/// Writes a flow, or refreshes the one of that match, from the packet at hand (NXAST_LEARN2; ovs-actions(7)).
struct Learn {
  struct Copy {
    SubField from, to;
    auto operator<=>(const Copy&) const = default;
  };
  struct Load {
    SubField to;
    std::uint64_t value = 0;
    auto operator<=>(const Load&) const = default;
  };
  std::uint8_t table = 0;
  std::uint16_t priority = 0;
  std::uint16_t idle_timeout = 0, hard_timeout = 0;  ///< seconds; 0: none
  std::uint64_t cookie = 0;
  std::uint32_t limit = 0;         ///< flows with this cookie in the table; 0: no limit
  std::optional<SubField> result;  ///< one bit of this packet: was there room? 1 without a limit
  std::vector<Copy> match;         ///< the new flow matches `to` equal to what the packet has in `from`
  std::vector<Copy> copies;        ///< the new flow loads what the packet has in `from` into `to`
  std::vector<Load> loads;         ///< the new flow loads a value
  auto operator<=>(const Learn&) const = default;
};

/// What a dumped flow does that has no form here (a foreign flow's action or instruction), as bytes. It never
/// equals an action of ours, so that the flow is seen to differ.
struct Opaque {
  std::vector<std::uint8_t> bytes;
  auto operator<=>(const Opaque&) const = default;
};

using Action = std::variant<Output, OutputField, SetField, Move, Resubmit, Conjunction, Controller, Group,
                            PopVlan, PushVlan, DecTtl, CheckPktLarger, CtClear, ConnTrack, Learn, Opaque>;

/// Identity of a flow in a switch: no two flows share it.
struct FlowKey {
  std::uint8_t table = 0;
  std::uint16_t priority = 0;
  Match match;
  auto operator<=>(const FlowKey&) const = default;
};

struct Flow {
  FlowKey key;
  std::uint64_t cookie = 0;
  std::vector<Action> actions;  ///< empty: drop
  bool operator==(const Flow&) const = default;
};

/// ovs-ofctl's syntax, without the table ("priority=100,ip,nw_src=1.2.3.4 actions=resubmit(,5)"); with a
/// cookie when `with_cookie`. `table_name` prints tables in resubmit() and ct(); numbers when it is null.
std::string to_text(const Flow& flow, bool with_cookie = false,
                    std::string (*table_name)(std::uint8_t) = nullptr);
std::string to_text(const Match& match);
std::string to_text(const std::vector<Action>& actions, std::string (*table_name)(std::uint8_t) = nullptr);

}  // namespace weft::openflow
