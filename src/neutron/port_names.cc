#include "neutron/port_names.h"

#include <algorithm>

#include "neutron/errors.h"

namespace weft::neutron {
namespace {

constexpr std::size_t kMaxFqdn = 255;

std::string name_of_address(const IpAddress& address) {
  std::string name = "host-" + address.to_string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == ':'; }, '-');
  return name;
}

struct Domain {
  std::string_view name;
  std::string_view source;  ///< in words
};

Domain domain_of(const model::Port& port, const model::Network* network, std::string_view default_domain) {
  if (!port.dns_domain.empty()) return {port.dns_domain, "dns_domain of the port"};
  if (network && !network->dns_domain.empty()) return {network->dns_domain, "dns_domain of the network"};
  return {default_domain, "setting dns-domain of weftd"};
}

tl::unexpected<Error> bad_name(const std::string& why) {
  return bad_request("Invalid input for dns_name. Reason: " + why + ".");
}

}  // namespace

HostName host_name(const model::Port& port, const model::Network* network, const IpAddress& address,
                   std::string_view default_domain) {
  HostName name;
  name.hostname = port.dns_name.empty() ? name_of_address(address) : port.dns_name;
  name.fqdn = name.hostname;
  const auto domain = domain_of(port, network, default_domain).name;
  const bool is_full = name.hostname.ends_with('.');
  if (!is_full && !domain.empty()) name.fqdn.append(".").append(domain);
  return name;
}

Result<void> check_name_in_domain(std::string_view dns_name, std::string_view domain) {
  if (dns_name.empty() || domain.empty()) return {};
  const std::string end = "." + std::string(domain), quoted = "'" + std::string(domain) + "'";
  if (!dns_name.ends_with('.')) {
    if (dns_name.size() + end.size() <= kMaxFqdn) return {};
    return bad_name("The dns_name passed is a PQDN and its size is '" + std::to_string(dns_name.size()) +
                    "'. The setting dns-domain of weftd is " + quoted + ", with a length of '" +
                    std::to_string(end.size()) +
                    "'. When the two are concatenated to form a FQDN (with a '.' at the end), the resulting "
                    "length exceeds the maximum size of '255'");
  }
  if (dns_name.size() > end.size() && dns_name.ends_with(end)) return {};
  return bad_name(
      "The dns_name passed is a FQDN. Its higher level labels must be equal to the setting "
      "dns-domain of weftd, that has been set to " +
      quoted + ". It must also include one or more valid DNS labels to the left of " + quoted);
}

Result<void> check_full_name(const model::Port& port, const model::Network* network,
                             std::string_view default_domain) {
  const auto domain = domain_of(port, network, default_domain);
  if (port.dns_name.empty() || port.dns_name.ends_with('.') || domain.name.empty()) return {};
  if (port.dns_name.size() + 1 + domain.name.size() <= kMaxFqdn) return {};
  return bad_name("The dns_name '" + port.dns_name + "' of port " + port.id.to_string() + " and the " +
                  std::string(domain.source) + ", '" + std::string(domain.name) +
                  "', make a full name that exceeds the maximum size of '255'");
}

}  // namespace weft::neutron
