#include "agent/port_names.h"

#include <algorithm>

namespace weft::agent {
namespace {

std::string without_final_dot(std::string name) {
  if (name.ends_with('.')) name.pop_back();
  return name;
}

/// A name that a final dot makes complete: its first label is the host's, the rest its domain.
bool is_full(const std::string& name) {
  return name.ends_with('.');
}

}  // namespace

std::string domain_of(const model::Network& network, const DhcpSettings& settings) {
  return without_final_dot(network.dns_domain.empty() ? settings.dns_domain : network.dns_domain);
}

std::string domain_of(const model::Port& port, const model::Network& network, const DhcpSettings& settings) {
  if (is_full(port.dns_name)) return without_final_dot(port.dns_name.substr(port.dns_name.find('.') + 1));
  return port.dns_domain.empty() ? domain_of(network, settings) : without_final_dot(port.dns_domain);
}

std::string host_name_of(const model::Port& port, const IpAddress& address) {
  if (is_full(port.dns_name)) return port.dns_name.substr(0, port.dns_name.find('.'));
  if (!port.dns_name.empty()) return port.dns_name;
  std::string name = "host-" + address.to_string();
  std::ranges::replace_if(
      name, [](char c) { return c == '.' || c == ':'; }, '-');
  return name;
}

}  // namespace weft::agent
