// Actions and whole flows as `ovs-ofctl dump-flows` prints them.
#include <fmt/format.h>

#include "openflow/value_text.h"

namespace weft::openflow {
namespace {

using TableName = std::string (*)(std::uint8_t);

std::string table_text(std::uint8_t table, TableName name) {
  return name ? name(table) : std::to_string(table);
}

std::string text(const SubField& s) {
  const FieldInfo& f = info(s.field);
  if (s.field == Field::kInPort) return s.count == f.width ? "OXM_OF_IN_PORT[]" : "NXM_OF_IN_PORT[]";
  if (s.low == 0 && s.count == f.width) return fmt::format("{}[]", f.nxm_name);
  if (s.count == 1) return fmt::format("{}[{}]", f.nxm_name, s.low);
  return fmt::format("{}[{}..{}]", f.nxm_name, s.low, s.low + s.count - 1);
}

std::string text(const Output& a, TableName) {
  if (a.port == kPortController) return "CONTROLLER:65535";
  std::string port = port_text(a.port);
  return std::isdigit(static_cast<unsigned char>(port.front())) ? "output:" + port : port;
}

std::string text(const OutputField& a, TableName) {
  return "output:" + text(a.source);
}

std::string text(const SetField& a, TableName) {
  // in_port can't be the target of set_field: it is loaded, as 16 bits.
  if (a.field == Field::kInPort) return fmt::format("load:{}->NXM_OF_IN_PORT[]", hex_text(a.value));
  return fmt::format("set_field:{}->{}", target_text(a.field, a.value, a.mask), info(a.field).set_name);
}

std::string text(const Move& a, TableName) {
  return "move:" + text(a.source) + "->" + text(a.destination);
}

std::string text(const Resubmit& a, TableName name) {
  return fmt::format("resubmit(,{})", table_text(a.table, name));
}

std::string text(const Conjunction& a, TableName) {
  return fmt::format("conjunction({},{}/{})", a.id, a.clause, a.clauses);
}

std::string text(const Controller& a, TableName) {
  if (a.userdata.empty() && !a.pause && a.meter_id == 0) return fmt::format("CONTROLLER:{}", a.max_length);
  std::string out;
  if (a.max_length != 0xffff) out += fmt::format("max_len={},", a.max_length);
  if (!a.userdata.empty()) out += fmt::format("userdata={:02x},", fmt::join(a.userdata, "."));
  if (a.pause) out += "pause,";
  if (a.meter_id != 0) out += fmt::format("meter_id={},", a.meter_id);
  out.pop_back();
  return "controller(" + out + ")";
}

std::string text(const Group& a, TableName) {
  return fmt::format("group:{}", a.id);
}
std::string text(const PopVlan&, TableName) {
  return "pop_vlan";
}
std::string text(const PushVlan& a, TableName) {
  return fmt::format("push_vlan:{:#06x}", a.ethertype);
}
std::string text(const DecTtl&, TableName) {
  return "dec_ttl";
}
std::string text(const CheckPktLarger& a, TableName) {
  return fmt::format("check_pkt_larger({})->{}", a.size, text(a.result));
}
std::string text(const CtClear&, TableName) {
  return "ct_clear";
}

std::string text(const ConnTrack& a, TableName name) {
  std::string out;
  if (a.commit) out += "commit,";
  if (a.force) out += "force,";
  if (a.recirc_table) out += fmt::format("table={},", table_text(*a.recirc_table, name));
  if (a.zone_from) {
    out += fmt::format("zone={},", text(*a.zone_from));
  } else if (a.zone != 0) {
    out += fmt::format("zone={},", a.zone);
  }
  if (!a.exec.empty()) {
    std::string exec;
    for (const SetField& set : a.exec) exec += (exec.empty() ? "" : ",") + text(set, name);
    out += fmt::format("exec({}),", exec);
  }
  if (!out.empty()) out.pop_back();
  return "ct(" + out + ")";
}

std::string text(const Learn& a, TableName name) {
  constexpr std::uint16_t kDefaultPriority = 0x8000;
  std::string out = "learn(table=" + table_text(a.table, name);
  if (a.idle_timeout != 0) out += fmt::format(",idle_timeout={}", a.idle_timeout);
  if (a.hard_timeout != 0) out += fmt::format(",hard_timeout={}", a.hard_timeout);
  if (a.priority != kDefaultPriority) out += fmt::format(",priority={}", a.priority);
  if (a.cookie != 0) out += fmt::format(",cookie={:#x}", a.cookie);
  if (a.limit != 0) out += fmt::format(",limit={}", a.limit);
  if (a.result) out += ",result_dst=" + text(*a.result);
  for (const auto& [from, to] : a.match) out += "," + text(to) + (from == to ? "" : "=" + text(from));
  for (const auto& [from, to] : a.copies) out += ",load:" + text(from) + "->" + text(to);
  for (const auto& [to, value] : a.loads) out += ",load:" + hex_text(value) + "->" + text(to);
  return out + ")";
}

std::string text(const Opaque& a, TableName) {
  return fmt::format("unknown({:02x})", fmt::join(a.bytes, ""));
}

}  // namespace

std::string to_text(const std::vector<Action>& actions, TableName table_name) {
  if (actions.empty()) return "drop";
  std::string out;
  for (const Action& action : actions) {
    if (!out.empty()) out += ',';
    out += std::visit([&](const auto& a) { return text(a, table_name); }, action);
  }
  return out;
}

std::string to_text(const Flow& flow, bool with_cookie, TableName table_name) {
  std::string match = to_text(flow.key.match);
  std::string out = with_cookie ? fmt::format("cookie={:#x}, ", flow.cookie) : "";
  out += fmt::format("priority={}", flow.key.priority);
  if (!match.empty()) out += "," + match;
  return out + " actions=" + to_text(flow.actions, table_name);
}

}  // namespace weft::openflow
