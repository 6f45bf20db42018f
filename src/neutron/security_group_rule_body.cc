#include "neutron/security_group_rule_body.h"

#include "neutron/errors.h"

namespace weft::neutron {
namespace {

using model::SecurityGroupRule;

constexpr int kIcmp = 1;
constexpr int kIcmpV6 = 58;
constexpr int kMaxIcmpValue = 255;

tl::unexpected<Error> refuse(std::string type, std::string message) {
  return fail(Errc::kInvalid, std::move(message), std::move(type));
}

/// "icmp" of an IPv6 rule is ICMPv6, and protocol 0 ("ip") is every protocol.
std::optional<int> protocol_number(const std::string& name, IpVersion ethertype) {
  if (name.empty()) return std::nullopt;
  int number = *model::parse_protocol(name);
  if (number == 0) return std::nullopt;
  if (number == kIcmp && ethertype == IpVersion::kV6) return kIcmpV6;
  return number;
}

Result<void> check_port_range(const SecurityGroupRule& rule) {
  for (auto port : {rule.port_range_min, rule.port_range_max})
    if (port && *port == 0) return refuse("SecurityGroupInvalidPortValue", "Invalid value for port 0");
  if (rule.port_range_min && rule.port_range_max && *rule.port_range_min <= *rule.port_range_max) return {};
  return refuse("SecurityGroupInvalidPortRange",
                "For TCP/UDP protocols, port_range_min must be <= port_range_max");
}

Result<void> check_icmp_value(std::string_view field, std::string_view attribute,
                              const std::optional<int>& value) {
  if (!value || *value <= kMaxIcmpValue) return {};
  return refuse("SecurityGroupInvalidIcmpValue", "Invalid value for ICMP " + std::string(field) + " (" +
                                                     std::string(attribute) + ") " + std::to_string(*value) +
                                                     ". It must be 0 to 255.");
}

Result<void> check_icmp(const SecurityGroupRule& rule) {
  WEFT_CHECK(check_icmp_value("type", "port_range_min", rule.port_range_min));
  WEFT_CHECK(check_icmp_value("code", "port_range_max", rule.port_range_max));
  if (rule.port_range_min || !rule.port_range_max) return {};
  return refuse("SecurityGroupMissingIcmpType",
                "ICMP code (port-range-max) " + std::to_string(*rule.port_range_max) +
                    " is provided but ICMP type (port-range-min) is missing.");
}

Result<void> check_ports(const SecurityGroupRule& rule) {
  if (!rule.port_range_min && !rule.port_range_max) return {};
  if (rule.protocol_name.empty())
    return refuse("SecurityGroupProtocolRequiredWithPorts",
                  "Must also specify protocol if port range is given.");
  if (rule.protocol && model::has_ports(*rule.protocol)) return check_port_range(rule);
  if (rule.protocol && model::is_icmp(*rule.protocol)) return check_icmp(rule);
  return refuse("SecurityGroupInvalidProtocolForPort",
                "Invalid protocol " + rule.protocol_name +
                    " for port range, only supported for TCP, UDP, UDPLITE, SCTP and DCCP.");
}

/// The protocols that exist in IPv6 only.
bool is_ipv6_only(int protocol) {
  return protocol == 41 || protocol == 43 || protocol == 44 || protocol == kIcmpV6 || protocol == 59 ||
         protocol == 60;
}

Result<void> check_ethertype(const SecurityGroupRule& rule) {
  std::string ethertype = rule.ethertype == IpVersion::kV4 ? "IPv4" : "IPv6";
  if (rule.protocol && rule.ethertype == IpVersion::kV4 && is_ipv6_only(*rule.protocol))
    return refuse("SecurityGroupEthertypeConflictWithProtocol",
                  "Invalid ethertype " + ethertype + " for protocol " + rule.protocol_name + ".");
  if (rule.remote_prefix && rule.remote_prefix->version() != rule.ethertype)
    return refuse("SecurityGroupRuleParameterConflict", "Conflicting value ethertype " + ethertype +
                                                            " for CIDR " + rule.remote_prefix->to_string());
  return {};
}

}  // namespace

Result<SecurityGroupRule> read_rule(const json::object& body) {
  SecurityGroupRule rule;
  rule.group = *uuid_of(body, "security_group_id");
  rule.direction = *model::parse_direction(*text_of(body, "direction"));
  rule.ethertype = text_of(body, "ethertype").value_or("IPv4") == "IPv6" ? IpVersion::kV6 : IpVersion::kV4;
  rule.protocol_name = text_of(body, "protocol").value_or("");
  rule.protocol = protocol_number(rule.protocol_name, rule.ethertype);
  rule.port_range_min = integer_of(body, "port_range_min");
  rule.port_range_max = integer_of(body, "port_range_max");
  if (auto prefix = text_of(body, "remote_ip_prefix")) rule.remote_prefix = IpPrefix::parse(*prefix);
  rule.remote_group = uuid_of(body, "remote_group_id");
  if (rule.remote_group && rule.remote_prefix)
    return refuse("SecurityGroupRemoteGroupAndRemoteIpPrefix",
                  "Only remote_ip_prefix or remote_group_id may be provided.");
  WEFT_CHECK(check_ports(rule));
  WEFT_CHECK(check_ethertype(rule));
  return rule;
}

}  // namespace weft::neutron
