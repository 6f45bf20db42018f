#pragma once
// Two instances of document 004 in one network, and samples of what they send: for tests of explanations.

#include <initializer_list>
#include <string>
#include <vector>

#include "cli/drop_explanation.h"
#include "model/intent.h"

namespace weft::cli {

inline Uuid numbered(int n) {
  Uuid uuid;
  uuid.bytes[15] = static_cast<std::uint8_t>(n);
  return uuid;
}
inline IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

/// k8s1 (20.20.1.1, groups k8s and web) and k8s2 (20.20.1.2, group k8s) in network selfservice.
struct DropWorld {
  static constexpr int kNetwork = 1, kSubnet = 2, kFirst = 11, kSecond = 12, kK8s = 21, kWeb = 22;

  DropWorld() {
    model::Network network;
    network.id = numbered(kNetwork);
    network.name = "selfservice";
    intent.put(network);
    model::Subnet subnet;
    subnet.id = numbered(kSubnet);
    subnet.network = numbered(kNetwork);
    subnet.cidr = *IpPrefix::parse("20.20.1.0/24");
    intent.put(subnet);
    for (int group : {kK8s, kWeb}) {
      model::SecurityGroup row;
      row.id = numbered(group);
      row.name = group == kK8s ? "k8s" : "web";
      intent.put(row);
    }
    put_port(kFirst, "k8s1", "20.20.1.1", {kK8s, kWeb});
    put_port(kSecond, "k8s2", "20.20.1.2", {kK8s});
    allow_all_out(kK8s);
  }

  void put_port(int n, const char* name, const char* address, std::initializer_list<int> groups) {
    model::Port port;
    port.id = numbered(n);
    port.name = name;
    port.network = numbered(kNetwork);
    port.mac = mac_of(n);
    port.host = "worker1";
    intent.put(port);
    intent.put(model::Address{.id = numbered(n + 100),
                              .network = numbered(kNetwork),
                              .subnet = numbered(kSubnet),
                              .port = numbered(n),
                              .ip = ip(address)});
    for (int group : groups) {
      intent.put(model::GroupMember{.id = numbered(n * 2 + group * 4),
                                    .group = numbered(group),
                                    .port = numbered(n),
                                    .network = numbered(kNetwork)});
    }
  }

  void allow_all_out(int group) {
    model::SecurityGroupRule rule;
    rule.id = numbered(200);
    rule.group = numbered(group);
    rule.direction = model::Direction::kEgress;
    intent.put(rule);
  }

  static MacAddress mac_of(int n) {
    return MacAddress::from_u64(0xfa163e000000 + static_cast<std::uint64_t>(n));
  }

  /// From k8s1 to k8s2.
  static DropSample sample(fabric::Drop reason) {
    DropSample sample;
    sample.node = "worker1";
    sample.reason = fabric::drop_info(reason);
    sample.network = numbered(kNetwork);
    sample.sender = numbered(kFirst);
    sample.receiver = numbered(kSecond);
    sample.interface = "tap1";
    sample.headers.source = mac_of(kFirst);
    sample.headers.destination = mac_of(kSecond);
    return sample;
  }
  static DropSample sample(fabric::Drop reason, const char* from, const char* to, int protocol) {
    auto out = sample(reason);
    net::IpHeaders header{.source = ip(from),
                          .destination = ip(to),
                          .protocol = static_cast<std::uint8_t>(protocol),
                          .hop_limit = 255};
    out.headers.ethertype = header.source.is_v4() ? 0x0800 : 0x86dd;
    out.headers.ip.push_back(header);
    return out;
  }
  static DropSample with_ports(DropSample sample, std::uint16_t from, std::uint16_t to) {
    sample.headers.ip.front().source_port = from;
    sample.headers.ip.front().destination_port = to;
    return sample;
  }
  static DropSample with_icmp(DropSample sample, std::uint8_t type) {
    sample.headers.ip.front().icmp_type = type;
    sample.headers.ip.front().icmp_code = 0;
    return sample;
  }

  model::Intent intent;
};

inline std::vector<std::string> commands_of(const Explanation& explanation) {
  std::vector<std::string> all;
  for (const auto& remedy : explanation.remedies)
    all.insert(all.end(), remedy.commands.begin(), remedy.commands.end());
  return all;
}

}  // namespace weft::cli
