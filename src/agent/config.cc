#include "agent/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

namespace weft::agent {
namespace {

constexpr std::string_view kDnsServers = "dns-servers", kNtpServers = "ntp-servers";
constexpr int kAnyNumber = std::numeric_limits<int>::max();

tl::unexpected<Error> bad(std::string_view setting, std::string_view what) {
  return fail(Errc::kInvalid, fmt::format("setting '{}': {}", setting, what));
}

Result<std::string> text_of(std::string_view key, const toml::node& node) {
  if (auto text = node.value_exact<std::string>()) return *text;
  return bad(key, "must be a text in quotes");
}

template <typename Number = int>
Result<Number> number_of(std::string_view key, const toml::node& node, Number least, Number most) {
  auto number = node.value_exact<std::int64_t>();
  if (!number || *number < least || *number > most)
    return bad(key, fmt::format("must be a number from {} to {}", least, most));
  return static_cast<Number>(*number);
}

Result<std::vector<std::string>> texts_of(std::string_view key, const toml::node& node) {
  if (auto one = node.value_exact<std::string>()) return std::vector<std::string>{*one};
  const auto* array = node.as_array();
  if (!array) return bad(key, "must be a text or a list of texts");
  std::vector<std::string> texts;
  for (const auto& element : *array) {
    WEFT_TRY(texts.emplace_back(), text_of(key, element));
  }
  return texts;
}

Result<void> add_mapping(Config& config, const std::string& mapping) {
  auto colon = mapping.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == mapping.size()) {
    return bad("bridge-mapping", fmt::format("'{}' must be PHYSICAL_NETWORK:BRIDGE", mapping));
  }
  config.bridge_mappings[mapping.substr(0, colon)] = mapping.substr(colon + 1);
  return {};
}

Result<void> set_mappings(Config& config, const std::vector<std::string>& mappings) {
  config.bridge_mappings.clear();
  for (const auto& mapping : mappings) {
    WEFT_CHECK(add_mapping(config, mapping));
  }
  return {};
}

Result<void> set_tunnel_ips(Config& config, const std::vector<std::string>& texts) {
  config.tunnel_ips.clear();
  for (const auto& text : texts) {
    auto address = IpAddress::parse(text);
    if (!address || address->is_unspecified())
      return bad("tunnel-ip", fmt::format("'{}' is no IP address of a node", text));
    if (std::ranges::find(config.tunnel_ips, address->version(), &IpAddress::version) !=
        config.tunnel_ips.end())
      return bad("tunnel-ip", fmt::format("'{}' is the second address of its IP version", text));
    config.tunnel_ips.push_back(*address);
  }
  return {};
}

Result<void> set_addresses(std::vector<IpAddress>& setting, std::string_view key,
                           const std::vector<std::string>& texts) {
  setting.clear();
  for (const auto& text : texts) {
    auto address = IpAddress::parse(text);
    if (!address || address->is_unspecified()) return bad(key, fmt::format("'{}' is no IP address", text));
    setting.push_back(*address);
  }
  return {};
}

std::string* text_setting(Config& config, std::string_view key) {
  if (key == "node") return &config.node;
  if (key == "ovsdb") return &config.ovsdb;
  if (key == "cni-socket") return &config.cni_socket;
  if (key == "diagnostics") return &config.diagnostics;
  if (key == "datapath-type") return &config.datapath_type;
  if (key == "dns-domain") return &config.dhcp.dns_domain;
  if (key == "log-level") return &config.log_level;
  if (key == "private-key") return &config.private_key;
  if (key == "certificate") return &config.certificate;
  if (key == "ca-certificate") return &config.ca_certificate;
  return nullptr;
}

std::vector<IpAddress>* addresses_setting(Config& config, std::string_view key) {
  if (key == kDnsServers) return &config.dhcp.dns_servers;
  return key == kNtpServers ? &config.dhcp.ntp_servers : nullptr;
}

Result<void> read_setting(std::string_view key, const toml::node& node, Config& config) {
  if (auto* text = text_setting(config, key)) {
    WEFT_TRY(*text, text_of(key, node));
    return {};
  }
  if (auto* addresses = addresses_setting(config, key)) {
    WEFT_TRY(auto texts, texts_of(key, node));
    return set_addresses(*addresses, key, texts);
  }
  if (key == "store") {
    WEFT_TRY(config.store, texts_of(key, node));
    return {};
  }
  if (key == "tunnel-ip") {
    WEFT_TRY(auto texts, texts_of(key, node));
    return set_tunnel_ips(config, texts);
  }
  if (key == "bridge-mapping") {
    WEFT_TRY(auto mappings, texts_of(key, node));
    return set_mappings(config, mappings);
  }
  if (key == "openflow-port") {
    WEFT_TRY(config.openflow_port, number_of(key, node, 1, 65535));
    return {};
  }
  if (key == "underlay-mtu") {
    WEFT_TRY(config.underlay_mtu, number_of(key, node, 576, 65535));
    return {};
  }
  if (key == "max-connections-per-port") {
    WEFT_TRY(config.max_connections_per_port, number_of(key, node, 0, kAnyNumber));
    return {};
  }
  if (key == "dhcp-lease-seconds") {
    WEFT_TRY(config.dhcp.lease_seconds, number_of<std::uint32_t>(key, node, 1, kInfiniteLease));
    return {};
  }
  return bad(key, "is not known");
}

Result<void> read_file(const std::string& path, Config& config) {
  std::ifstream file(path);
  if (!file) return fail(Errc::kInvalid, fmt::format("can't read the configuration file {}", path));
  std::stringstream text;
  text << file.rdbuf();
  if (auto read = read_toml(text.str(), config); !read) return fail(read.error().with_context(path));
  return {};
}

/// What the command line said; absent where it said nothing.
struct Flags {
  std::optional<std::string> config, node, ovsdb, cni_socket, diagnostics, datapath_type, dns_domain,
      log_level;
  std::vector<std::string> store, tunnel_ip, bridge_mapping, dns_servers, ntp_servers;
  std::optional<int> openflow_port, underlay_mtu, max_connections_per_port;
  std::optional<std::uint32_t> dhcp_lease_seconds;
};

void declare(CLI::App& app, Flags& flags) {
  app.set_version_flag("--version", WEFT_VERSION);
  app.add_option("--config", flags.config, "TOML file with any of these settings; flags win");
  app.add_option("--node", flags.node, "this node's name");
  app.add_option("--store", flags.store,
                 "the store: tcp:IP:PORT, ssl:IP:PORT or unix:PATH; several are one cluster");
  app.add_option("--tunnel-ip", flags.tunnel_ip,
                 "this node's underlay address; one of each IP version, the preferred one first");
  app.add_option("--ovsdb", flags.ovsdb,
                 "this node's Open vSwitch database (default: unix:/var/run/openvswitch/db.sock)");
  app.add_option("--openflow-port", flags.openflow_port,
                 "where br-int connects to, on 127.0.0.1 (default: 6633)")
      ->check(CLI::Range(1, 65535));
  app.add_option("--cni-socket", flags.cni_socket, "Unix socket for weft-cni (default: /run/weft/cni.sock)");
  app.add_option("--diagnostics", flags.diagnostics, "read-only HTTP endpoint (default: tcp:TUNNEL_IP:9697)");
  app.add_option("--datapath-type", flags.datapath_type,
                 "system or netdev (default: what the switch supports)");
  app.add_option("--underlay-mtu", flags.underlay_mtu, "largest IP packet of the underlay (default: 1500)")
      ->check(CLI::Range(576, 65535));
  app.add_option("--max-connections-per-port", flags.max_connections_per_port,
                 "connections of a port that the switch tracks; 0: any number (default: 65536)")
      ->check(CLI::Range(0, kAnyNumber));
  app.add_option("--bridge-mapping", flags.bridge_mapping,
                 "PHYSICAL_NETWORK:BRIDGE (default: physnet1:br-ex)");
  app.add_option("--dhcp-lease-seconds", flags.dhcp_lease_seconds,
                 "length of leases; 4294967295: without end (default: 86400)")
      ->check(CLI::Range(std::uint32_t{1}, kInfiniteLease));
  app.add_option("--dns-domain", flags.dns_domain,
                 "domain of ports and networks that name none (default: openstacklocal)");
  app.add_option("--dns-servers", flags.dns_servers, "DNS servers of networks whose subnets name none");
  app.add_option("--ntp-servers", flags.ntp_servers, "time servers that DHCP tells");
  app.add_option("--log-level", flags.log_level, "debug, info, warn or error (default: info)");
}

template <typename From, typename To>
void override_with(const std::optional<From>& flag, To& setting) {
  if (flag) setting = static_cast<To>(*flag);
}

Result<Config> merge(const Flags& flags) {
  Config config;
  if (flags.config) {
    WEFT_CHECK(read_file(*flags.config, config));
  }
  override_with(flags.node, config.node);
  override_with(flags.ovsdb, config.ovsdb);
  override_with(flags.cni_socket, config.cni_socket);
  override_with(flags.diagnostics, config.diagnostics);
  override_with(flags.datapath_type, config.datapath_type);
  override_with(flags.dhcp_lease_seconds, config.dhcp.lease_seconds);
  override_with(flags.dns_domain, config.dhcp.dns_domain);
  override_with(flags.log_level, config.log_level);
  override_with(flags.openflow_port, config.openflow_port);
  override_with(flags.underlay_mtu, config.underlay_mtu);
  override_with(flags.max_connections_per_port, config.max_connections_per_port);
  if (!flags.store.empty()) config.store = flags.store;
  if (!flags.bridge_mapping.empty()) {
    WEFT_CHECK(set_mappings(config, flags.bridge_mapping));
  }
  if (!flags.dns_servers.empty()) {
    WEFT_CHECK(set_addresses(config.dhcp.dns_servers, kDnsServers, flags.dns_servers));
  }
  if (!flags.ntp_servers.empty()) {
    WEFT_CHECK(set_addresses(config.dhcp.ntp_servers, kNtpServers, flags.ntp_servers));
  }
  if (!flags.tunnel_ip.empty()) {
    WEFT_CHECK(set_tunnel_ips(config, flags.tunnel_ip));
  }
  return config;
}

}  // namespace

Result<void> read_toml(std::string_view text, Config& config) {
  try {  // toml++ reports syntax errors by exception
    auto table = toml::parse(text);
    for (const auto& [key, node] : table) {
      WEFT_CHECK(read_setting(key.str(), node, config));
    }
  } catch (const toml::parse_error& error) {
    return fail(Errc::kInvalid, fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
  return {};
}

Result<void> complete(Config& config) {
  if (config.node.empty()) return bad("node", "is required: the name of this node");
  if (config.store.empty()) return bad("store", "is required: where the store is, as tcp:IP:PORT");
  if (config.tunnel_ips.empty()) return bad("tunnel-ip", "is required: this node's underlay address");
  if (!config.datapath_type.empty() && config.datapath_type != "system" && config.datapath_type != "netdev") {
    return bad("datapath-type", fmt::format("'{}' must be system or netdev", config.datapath_type));
  }
  if (config.diagnostics.empty()) {
    const auto& address = config.tunnel_ips.front();
    auto host = address.is_v4() ? address.to_string() : fmt::format("[{}]", address.to_string());
    config.diagnostics = fmt::format("tcp:{}:9697", host);
  }
  return {};
}

Result<Config> load_config(int argc, const char* const* argv) {
  CLI::App app("Weft's node agent: turns intent into flows on this node's Open vSwitch", "weft-agent");
  Flags flags;
  declare(app, flags);
  try {  // CLI11 reports by exception
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return fail(Errc::kInvalid, asked.get_name() == "CallForVersion" ? WEFT_VERSION : app.help(), "help");
  } catch (const CLI::ParseError& error) {
    return fail(Errc::kInvalid, error.what());
  }
  WEFT_TRY(auto config, merge(flags));
  WEFT_CHECK(complete(config));
  return config;
}

}  // namespace weft::agent
