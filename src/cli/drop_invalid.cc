// Packets that the tracker can't put to a connection. No rule helps: the tracker comes before the rules.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/drop_view.h"
#include "cli/openstack.h"

namespace weft::cli {
namespace {

/// Types of RFC 792 and RFC 4443 as the tracker takes them.
constexpr std::array kErrors = {3, 4, 11, 12}, kErrors6 = {1, 2, 3, 4};
constexpr std::array kAnswers = {0, 14, 16, 129};

template <typename List>
bool is_among(const List& types, int type) {
  return std::ranges::find(types, type) != types.end();
}

std::string about_icmp(const net::IpHeaders& ip) {
  const int type = *ip.icmp_type;
  if (is_among(ip.source.is_v4() ? kErrors : kErrors6, type))
    return "it is an error about a connection that was not seen";
  if (is_among(kAnswers, type)) return "it answers a query that was not seen";
  return fmt::format(
      "ICMP type {} (code {}) is of no connection: no rule of a stateful group lets it through", type,
      ip.icmp_code.value_or(0));
}

std::string why_invalid(const net::IpHeaders& ip) {
  if (ip.icmp_type) return about_icmp(ip);
  if (ip.source_port == 0 || ip.destination_port == 0)
    return "port 0 is of no connection: no rule of a stateful group lets it through";
  if (ip.fragment) return "it is a fragment that can't be put together, or is too small";
  return "it belongs to no connection that was seen to open, and opens none";
}

}  // namespace

Explanation explain_invalid(const DropView& view) {
  Explanation out{.object = view.port_text(),
                  .why = "it belongs to no connection that was seen to open, and opens none"};
  const auto* ip = view.ip();
  if (!ip) return out;
  const bool incoming = view.sample.reason->side == fabric::DropSide::kReceiver;
  if (incoming && view.sample.reply && !view.has_address(view.port, ip->destination)) {
    const auto lost = ip->destination.to_string();
    out.why = fmt::format("it answers a connection from {}, which is not the port's any more", lost);
    out.remedies.push_back(
        {.text = "allow the address again", .commands = {allow_addresses_command(view.port_word(), {lost})}});
    return out;
  }
  out.why = why_invalid(*ip);
  if (ip->tcp_flags)
    out.remedies.push_back({.text =
                                "open the connection anew; where packets take two ways, let the port have "
                                "stateless groups only",
                            .commands = {}});
  return out;
}

}  // namespace weft::cli
