#include "cni/result.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace weft::cni {
namespace json = boost::json;
namespace {

// Positions in "interfaces".
constexpr int kHostInterface = 0;
constexpr int kContainerInterface = 1;
static_assert(kContainerInterface == kHostInterface + 1);

json::object interface_json(const Wiring::Interface& interface) {
  json::object out{{"name", interface.name}, {"mac", interface.mac.to_string()}};
  if (!interface.sandbox.empty()) out["sandbox"] = interface.sandbox;
  return out;
}

json::object ip_json(std::string_view version, const Wiring::Ip& ip) {
  json::object out{{"address", ip.address.to_string() + "/" + std::to_string(ip.prefix_length)},
                   {"interface", kContainerInterface}};
  if (ip.gateway) out["gateway"] = ip.gateway->to_string();
  if (version.starts_with("0.")) out["version"] = ip.address.is_v4() ? "4" : "6";
  return out;
}

json::object route_json(const Wiring::Route& route) {
  json::object out{{"dst", route.destination.to_string()}};
  if (route.gateway) out["gw"] = route.gateway->to_string();
  return out;
}

json::object dns_json(const Wiring& wiring) {
  json::object out;
  if (!wiring.nameservers.empty()) {
    json::array servers;
    for (const auto& server : wiring.nameservers) servers.emplace_back(server.to_string());
    out["nameservers"] = std::move(servers);
  }
  if (!wiring.dns_domain.empty()) out["domain"] = wiring.dns_domain;
  return out;
}

}  // namespace

std::string result_json(std::string_view version, const Wiring& wiring) {
  json::array ips, routes;
  for (const auto& ip : wiring.ips) ips.push_back(ip_json(version, ip));
  for (const auto& route : wiring.routes) routes.push_back(route_json(route));
  return json::serialize(json::object{
      {"cniVersion", version},
      {"interfaces", json::array{interface_json(wiring.host), interface_json(wiring.container)}},
      {"ips", std::move(ips)},
      {"routes", std::move(routes)},
      {"dns", dns_json(wiring)},
  });
}

std::string version_json(std::string_view version) {
  json::array supported;
  for (auto each : kSupportedVersions) supported.emplace_back(each);
  return json::serialize(json::object{{"cniVersion", version}, {"supportedVersions", std::move(supported)}});
}

}  // namespace weft::cni
