// Prints a world as bodies for the Neutron API, with names where the API has ids, and packets with what the
// reference model says of them: reference_lab SEED PACKETS

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <cstdlib>

#include "reference/frame.h"
#include "reference/lab_world.h"

namespace weft::reference {
namespace {

namespace json = boost::json;

class Printer {
 public:
  explicit Printer(std::uint32_t seed) : lab_(seed) {}

  json::object print(int packets) {
    json::object all{{"networks", json::array()},       {"groups", json::array()},
                     {"address_groups", json::array()}, {"rules", json::array()},
                     {"ports", json::array()},          {"packets", json::array()}};
    for (const auto& id : world().networks) add(all["networks"], network(id));
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
    bool dhcp = false;
    for (const auto& subnet : intent().subnets_of(id))
      dhcp |= intent().find<model::Subnet>(subnet)->enable_dhcp;
    return {{"name", intent().find<model::Network>(id)->name}, {"enable_dhcp", dhcp}};
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
    json::array addresses, groups, pairs;
    for (const auto& address : intent().fixed_ips(port.id))
      addresses.push_back(json::object{{"ip_address", address.ip.to_string()}});
    for (const auto& group : intent().groups_of_port(port.id)) groups.emplace_back(group_name(group));
    for (const auto& pair : port.allowed_address_pairs)
      pairs.push_back(json::object{{"mac_address", pair.mac.value_or(port.mac).to_string()},
                                   {"ip_address", pair.ip.to_string()}});
    return {{"name", port.name},
            {"network_id", intent().find<model::Network>(port.network)->name},
            {"mac_address", port.mac.to_string()},
            {"fixed_ips", addresses},
            {"binding:host_id", port.host},
            {"port_security_enabled", port.port_security_enabled},
            {"security_groups", groups},
            {"allowed_address_pairs", pairs}};
  }

  json::object packet(const LabPacket& packet, std::uint16_t mark) const {
    json::array frames, heard, drops;
    for (const auto& part : packet.parts) {
      std::string hex;
      for (auto byte : frame_of(part, mark)) hex += fmt::format("{:02x}", byte);
      frames.emplace_back(hex);
    }
    for (const auto& port : packet.verdict.delivered) heard.emplace_back(port_name(port));
    for (const auto& [reason, port] : packet.drops)
      if (port) drops.push_back(json::array{port_name(*port), to_string(reason)});
    const auto& answer = packet.verdict.answer;
    return {{"text", to_text(FromPort{packet.port, packet.parts.front()}, world())},
            {"verdict", to_text(packet.verdict, world())},
            {"from", port_name(packet.port)},
            {"frames", frames},
            {"heard_by", heard},
            {"drops", drops},
            {"answered_by", answer ? json::value(answer->to_string()) : json::value()}};
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
  weft::reference::Printer printer(static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10)));
  std::puts(boost::json::serialize(printer.print(std::atoi(argv[2]))).c_str());
}
