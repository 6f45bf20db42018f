#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "net/headers.h"

namespace weft::net {
namespace {

struct Named {
  int number;
  std::string_view name;
};

template <std::size_t N>
std::string_view name_of(const std::array<Named, N>& names, int number) {
  auto found = std::ranges::find(names, number, &Named::number);
  return found == names.end() ? std::string_view() : found->name;
}

constexpr std::array kProtocols = {
    Named{1, "ICMP"},    Named{2, "IGMP"},  Named{4, "IPIP"},   Named{6, "TCP"},    Named{17, "UDP"},
    Named{33, "DCCP"},   Named{41, "IPv6"}, Named{47, "GRE"},   Named{50, "ESP"},   Named{51, "AH"},
    Named{58, "ICMPv6"}, Named{89, "OSPF"}, Named{112, "VRRP"}, Named{132, "SCTP"}, Named{136, "UDP-Lite"},
};
constexpr std::array kIcmpTypes = {
    Named{0, "echo reply"},         Named{3, "destination unreachable"}, Named{5, "redirect"},
    Named{8, "echo request"},       Named{11, "time exceeded"},          Named{12, "parameter problem"},
    Named{13, "timestamp request"}, Named{14, "timestamp reply"},
};
constexpr std::array kIcmpv6Types = {
    Named{1, "destination unreachable"},
    Named{2, "packet too big"},
    Named{3, "time exceeded"},
    Named{4, "parameter problem"},
    Named{128, "echo request"},
    Named{129, "echo reply"},
    Named{130, "listener query"},
    Named{131, "listener report"},
    Named{132, "listener done"},
    Named{133, "router solicitation"},
    Named{134, "router advertisement"},
    Named{135, "neighbour solicitation"},
    Named{136, "neighbour advertisement"},
    Named{137, "redirect"},
    Named{143, "listener report v2"},
};

std::string flags_text(std::uint8_t flags) {
  constexpr std::string_view kLetters = "FSRP.UEW";
  std::string text;
  for (std::size_t bit = 0; bit < kLetters.size(); ++bit) {
    if (flags >> bit & 1) text += kLetters[bit];
  }
  return text.empty() ? "none" : text;
}

std::string arp_text(const ArpPacket& arp) {
  const auto sender = arp.sender.to_string(), target = arp.target.to_string();
  const auto mac = arp.sender_mac.to_string();
  if (arp.operation == 1) return fmt::format("ARP who has {} tell {} ({})", target, sender, mac);
  if (arp.operation == 2) return fmt::format("ARP {} is at {}", sender, mac);
  return fmt::format("ARP operation {}, {} at {}", arp.operation, sender, mac);
}

std::string icmp_text(const IpHeaders& ip) {
  const bool v6 = ip.protocol == kProtocolIcmpv6;
  if (!ip.icmp_type) return "";
  auto name = v6 ? name_of(kIcmpv6Types, *ip.icmp_type) : name_of(kIcmpTypes, *ip.icmp_type);
  auto text = name.empty() ? fmt::format(" type {}", *ip.icmp_type) : fmt::format(" {}", name);
  if (name.empty() || *ip.icmp_code != 0) text += fmt::format(" code {}", ip.icmp_code.value_or(0));
  if (!ip.discovery) return text;
  if (ip.discovery->target) text += " of " + ip.discovery->target->to_string();
  if (ip.discovery->link_address) text += " at " + ip.discovery->link_address->to_string();
  return text;
}

std::string end_text(const IpAddress& address, const std::optional<std::uint16_t>& port) {
  return port ? fmt::format("{}.{}", address.to_string(), *port) : address.to_string();
}

std::string_view service_text(const IpHeaders& ip) {
  const auto from = ip.source_port.value_or(0), to = ip.destination_port.value_or(0);
  if (ip.protocol != kProtocolUdp) return "";
  if (from == 67) return " DHCP answer";
  if (to == 67) return " DHCP request";
  if (from == 547) return " DHCPv6 answer";
  if (to == 547) return " DHCPv6 request";
  return "";
}

std::string ip_text(const IpHeaders& ip) {
  auto name = name_of(kProtocols, ip.protocol);
  auto text = fmt::format("{} {} > {}: ", ip.source.is_v4() ? "IPv4" : "IPv6",
                          end_text(ip.source, ip.source_port), end_text(ip.destination, ip.destination_port));
  text += name.empty() ? fmt::format("protocol {}", ip.protocol) : std::string(name);
  text += service_text(ip);
  if (ip.tcp_flags) text += fmt::format(" [{}]", flags_text(*ip.tcp_flags));
  text += icmp_text(ip);
  if (ip.fragment) text += ip.later_fragment ? ", later fragment" : ", first fragment";
  return text;
}

}  // namespace

std::string to_text(const Headers& headers) {
  auto text = fmt::format("{} > {}", headers.source.to_string(), headers.destination.to_string());
  for (auto vlan : headers.vlans) text += fmt::format(", VLAN {}", vlan);
  if (headers.arp) return text + ", " + arp_text(*headers.arp);
  for (const auto& ip : headers.ip) text += ", " + ip_text(ip);
  if (!headers.ip.empty()) return text + fmt::format(", length {}", headers.ip.front().length);
  if (headers.ethertype < 0x600) return text + fmt::format(", 802.3, length {}", headers.ethertype);
  return text + fmt::format(", ethertype 0x{:04x}", headers.ethertype);
}

}  // namespace weft::net
