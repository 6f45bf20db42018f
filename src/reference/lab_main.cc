// Prints a world as bodies for the Neutron API, with names where the API has ids, and packets with what the
// reference model says of them: reference_lab SEED PACKETS. The API chooses MACs and addresses of distributed
// ports: they come as a JSON list on standard input, [{"network", "cidr", "mac", "ip"}...].

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>

#include "model/subnet_services.h"
#include "reference/frame.h"
#include "reference/lab_world.h"
#include "reference/random_services.h"

namespace weft::reference {
namespace {

namespace json = boost::json;

class Printer {
 public:
  Printer(std::uint32_t seed, const json::array& services) : lab_(seed) {
    auto text = [](const json::value& object, const char* key) {
      return std::string(object.at(key).as_string());
    };
    for (const auto& service : services)
      lab_.meet({.network = text(service, "network"),
                 .cidr = *IpPrefix::parse(text(service, "cidr")),
                 .mac = *MacAddress::parse(text(service, "mac")),
                 .ip = *IpAddress::parse(text(service, "ip"))});
  }

  json::object print(int packets) {
    json::object all{{"networks", json::array()},       {"subnets", json::array()}, {"groups", json::array()},
                     {"address_groups", json::array()}, {"rules", json::array()},   {"ports", json::array()},
                     {"packets", json::array()}};
    for (const auto& id : world().networks) add(all["networks"], network(id));
    for (const auto& [id, row] : intent().all<model::Subnet>()) add(all["subnets"], subnet(*row));
    for (const auto& group : world().groups)
      add(all["groups"], {{"name", group_name(group)}, {"stateful", true}});
    for (const auto& group : world().stateless_groups)
      add(all["groups"], {{"name", group_name(group)}, {"stateful", false}});
    for (const auto& group : world().address_groups) add(all["address_groups"], address_group(group));
    for (const auto& [id, row] : intent().all<model::SecurityGroupRule>()) add(all["rules"], rule(*row));
    for (const auto& id : world().ports) add(all["ports"], port(*intent().find<model::Port>(id)));
    for (int n = 1; n <= packets; ++n)
      add(all["packets"], packet(lab_.next(), static_cast<std::uint16_t>(n)));
    return all;
  }

 private:
  const NodeWorld& world() const { return lab_.world(); }
  const model::Intent& intent() const { return world().intent(); }
  static void add(json::value& list, json::object object) { list.as_array().push_back(std::move(object)); }

  std::string group_name(const Uuid& id) const { return intent().find<model::SecurityGroup>(id)->name; }
  std::string port_name(const Uuid& id) const { return intent().find<model::Port>(id)->name; }

  json::object network(const Uuid& id) const {
    const auto network = intent().find<model::Network>(id);
    return {{"name", network->name}, {"mtu", network->mtu}};
  }

  json::object subnet(const model::Subnet& subnet) const {
    const bool v4 = subnet.cidr.version() == IpVersion::kV4;
    json::object body{{"network_id", intent().find<model::Network>(subnet.network)->name},
                      {"ip_version", v4 ? 4 : 6},
                      {"cidr", subnet.cidr.to_string()},
                      {"gateway_ip", nullptr},
                      {"enable_dhcp", subnet.enable_dhcp}};
    if (!v4 && !model::has_auto_addresses(subnet))  // where its distributed port is in nobody's way
      body["allocation_pools"] = json::array{json::object{{"start", address_in(subnet, 0xf0).to_string()},
                                                          {"end", address_in(subnet, 0xff).to_string()}}};
    if (subnet.ipv6_ra_mode) body["ipv6_ra_mode"] = model::to_string(*subnet.ipv6_ra_mode);
    if (subnet.ipv6_address_mode) body["ipv6_address_mode"] = model::to_string(*subnet.ipv6_address_mode);
    return body;
  }

  json::object address_group(const Uuid& id) const {
    std::set<std::string> prefixes;
    for (const auto& entry : intent().entries_of(id))
      prefixes.insert(intent().find<model::AddressGroupEntry>(entry)->prefix.to_string());
    return {{"name", id.to_string()}, {"addresses", json::array(prefixes.begin(), prefixes.end())}};
  }

  json::object rule(const model::SecurityGroupRule& rule) const {
    json::object body{{"security_group_id", group_name(rule.group)},
                      {"direction", rule.direction == model::Direction::kEgress ? "egress" : "ingress"},
                      {"ethertype", rule.ethertype == IpVersion::kV4 ? "IPv4" : "IPv6"}};
    if (rule.protocol) body["protocol"] = std::to_string(*rule.protocol);
    if (rule.port_range_min) body["port_range_min"] = *rule.port_range_min;
    if (rule.port_range_max) body["port_range_max"] = *rule.port_range_max;
    if (rule.remote_prefix) body["remote_ip_prefix"] = rule.remote_prefix->to_string();
    if (rule.remote_group) body["remote_group_id"] = group_name(*rule.remote_group);
    if (rule.remote_address_group) body["remote_address_group_id"] = rule.remote_address_group->to_string();
    return body;
  }

  json::object port(const model::Port& port) const {
    json::array chosen, addresses, groups, pairs, options;
    for (const auto& address : intent().fixed_ips(port.id)) {
      addresses.emplace_back(address.ip.to_string());
      if (!model::has_auto_addresses(*intent().find<model::Subnet>(address.subnet)))
        chosen.push_back(json::object{{"ip_address", address.ip.to_string()}});
    }
    for (const auto& option : port.extra_dhcp_opts)
      options.push_back(json::object{{"opt_name", option.name},
                                     {"opt_value", option.value},
                                     {"ip_version", option.version == IpVersion::kV4 ? 4 : 6}});
    for (const auto& group : intent().groups_of_port(port.id)) groups.emplace_back(group_name(group));
    for (const auto& pair : port.allowed_address_pairs)
      pairs.push_back(json::object{{"mac_address", pair.mac.value_or(port.mac).to_string()},
                                   {"ip_address", pair.ip.to_string()}});
    return {{"name", port.name},
            {"network_id", intent().find<model::Network>(port.network)->name},
            {"mac_address", port.mac.to_string()},
            {"fixed_ips", chosen},
            {"addresses", addresses},
            {"extra_dhcp_opts", options},
            {"binding:host_id", port.host},
            {"port_security_enabled", port.port_security_enabled},
            {"security_groups", groups},
            {"allowed_address_pairs", pairs}};
  }

  static std::string hex_of(const net::Frame& frame) { return fmt::format("{:02x}", fmt::join(frame, "")); }

  json::object packet(const LabPacket& packet, std::uint16_t mark) const {
    json::array frames, heard, drops, credited, requests;
    for (const auto& part : packet.parts) frames.emplace_back(hex_of(frame_of(part, mark)));
    for (const auto request : packet.verdict.to_agent) requests.emplace_back(to_string(request));
    for (const auto& port : packet.verdict.delivered) heard.emplace_back(port_name(port));
    auto add_drop = [&](json::array& list, const Dropped& drop) {
      if (drop.port) list.push_back(json::array{port_name(*drop.port), to_string(drop.reason)});
    };
    for (const auto& drop : packet.drops) add_drop(drops, drop);
    for (const auto& drop : packet.credited) add_drop(credited, drop);
    const auto& answer = packet.verdict.answer;
    return {{"text", to_text(FromPort{packet.port, packet.parts.front()}, world())},
            {"verdict", to_text(packet.verdict, world())},
            {"from", port_name(packet.port)},
            {"frames", frames},
            {"heard_by", heard},
            {"drops", drops},
            {"credited_drops", credited},
            {"to_agent", requests},
            {"answer", answer ? json::value(hex_of(frame_of(*answer, mark))) : json::value()}};
  }

  LabWorld lab_;
};

}  // namespace
}  // namespace weft::reference

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: reference_lab SEED PACKETS\n", stderr);
    return 2;
  }
  const std::string given(std::istreambuf_iterator<char>(std::cin), {});
  const auto services = boost::json::parse(given);
  weft::reference::Printer printer(static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10)),
                                   services.as_array());
  std::puts(boost::json::serialize(printer.print(std::atoi(argv[2]))).c_str());
}
