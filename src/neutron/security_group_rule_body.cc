#include "neutron/security_group_rule_body.h"

#include "neutron/security_errors.h"

namespace weft::neutron {
namespace {

using model::SecurityGroupRule;

constexpr int kIcmpV6 = 58;
constexpr int kMaxIcmpValue = 255;
constexpr int kLowestPort = 1;
constexpr int kHighestPort = 65535;

tl::unexpected<Error> refuse(std::string type, std::string message) {
  return fail(Errc::kInvalid, std::move(message), std::move(type));
}

/// The names and numbers of ICMP are those of the rule's IP version.
std::string protocol_name(std::string name, IpVersion ethertype) {
  if (ethertype == IpVersion::kV4) return name;
  if (name == "icmp" || name == "icmpv6") return "ipv6-icmp";
  if (name == "1") return "58";
  return name;
}

/// Protocol 0 ("ip") is every protocol.
std::optional<int> protocol_number(const std::string& name) {
  if (name.empty()) return std::nullopt;
  int number = *model::parse_protocol(name);
  return number == 0 ? std::nullopt : std::optional(number);
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
                "Ports cannot be specified for protocol " + std::to_string(rule.protocol.value_or(0)) +
                    ". Ports are only supported for DCCP, SCTP, TCP, UDP, UDPLITE.");
}

/// The protocols that exist in IPv6 only.
bool is_ipv6_only(int protocol) {
  return protocol == 41 || protocol == 43 || protocol == 44 || protocol == kIcmpV6 || protocol == 59 ||
         protocol == 60;
}

std::string_view ethertype_name(IpVersion ethertype) {
  return ethertype == IpVersion::kV4 ? "IPv4" : "IPv6";
}

Result<void> check_prefix(const SecurityGroupRule& rule) {
  if (!rule.remote_prefix || rule.remote_prefix->version() == rule.ethertype) return {};
  const auto prefix =
      rule.remote_prefix_text.empty() ? rule.remote_prefix->to_string() : rule.remote_prefix_text;
  return refuse(
      "SecurityGroupRuleParameterConflict",
      "Conflicting value ethertype " + std::string(ethertype_name(rule.ethertype)) + " for CIDR " + prefix);
}

Result<void> check_ethertype(const SecurityGroupRule& rule) {
  if (!rule.protocol || rule.ethertype != IpVersion::kV4 || !is_ipv6_only(*rule.protocol)) return {};
  return refuse("SecurityGroupEthertypeConflictWithProtocol",
                "Invalid ethertype IPv4 for protocol " + rule.protocol_name + ".");
}

/// Every port is no narrower than no range at all: Neutron drops the range, whatever the protocol.
void read_ports(const json::object& body, SecurityGroupRule& rule) {
  rule.port_range_min = integer_of(body, "port_range_min");
  rule.port_range_max = integer_of(body, "port_range_max");
  if (rule.port_range_min != kLowestPort || rule.port_range_max != kHighestPort) return;
  rule.port_range_min.reset();
  rule.port_range_max.reset();
}

void read_prefix(const json::object& body, SecurityGroupRule& rule) {
  auto text = text_of(body, "remote_ip_prefix");
  if (!text) return;
  rule.remote_prefix = IpPrefix::parse(*text);
  if (rule.remote_prefix->to_string() != *text) rule.remote_prefix_text = *text;
}

/// An id that is none names nothing.
Result<std::optional<Uuid>> read_id(const json::object& body, std::string_view name,
                                    Error (*not_found)(std::string_view)) {
  auto text = text_of(body, name);
  if (!text) return std::nullopt;
  auto id = Uuid::parse(*text);
  if (!id) return fail(not_found(*text));
  return id;
}

Result<void> read_groups(const json::object& body, SecurityGroupRule& rule) {
  auto named = [&](std::string_view name) { return text_of(body, name) ? 1 : 0; };
  if (named("remote_ip_prefix") + named("remote_group_id") + named("remote_address_group_id") > 1)
    return refuse(
        "SecurityGroupMultipleRemoteEntites",
        "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.");
  WEFT_TRY(rule.remote_group, read_id(body, "remote_group_id", security_group_not_found));
  WEFT_TRY(rule.remote_address_group, read_id(body, "remote_address_group_id", address_group_not_found));
  WEFT_TRY(auto group, read_id(body, "security_group_id", security_group_not_found));
  rule.group = *group;
  return {};
}

}  // namespace

// The checks come in Neutron's order: of two faults it is the same that is told.
Result<SecurityGroupRule> read_rule(const json::object& body) {
  SecurityGroupRule rule;
  rule.direction = *model::parse_direction(*text_of(body, "direction"));
  rule.ethertype = text_of(body, "ethertype").value_or("IPv4") == "IPv6" ? IpVersion::kV6 : IpVersion::kV4;
  rule.protocol_name = protocol_name(text_of(body, "protocol").value_or(""), rule.ethertype);
  rule.protocol = protocol_number(rule.protocol_name);
  read_ports(body, rule);
  read_prefix(body, rule);
  WEFT_CHECK(check_ports(rule));
  WEFT_CHECK(check_prefix(rule));
  WEFT_CHECK(check_ethertype(rule));
  WEFT_CHECK(read_groups(body, rule));
  return rule;
}

}  // namespace weft::neutron
