#include "agent/ovs_plug.h"

#include <fmt/format.h>

namespace weft::agent {
namespace {

std::map<std::string, std::string> external_ids_of(const PlugSpec& spec) {
  auto ids = spec.external_ids;
  ids[std::string(kIfaceIdKey)] = spec.port.to_string();
  ids[std::string(kAttachedMacKey)] = spec.mac.to_string();
  ids["iface-status"] = "active";
  return ids;
}

}  // namespace

Task<void> OvsPlug::add(PlugSpec spec) {
  auto [bridge, row] = find_named(switch_db_.replica(), "Bridge", kIntegrationBridge);
  if (!row)
    co_return fail(Errc::kUnavailable, fmt::format("the switch has no bridge {} yet", kIntegrationBridge));
  auto ids = external_ids_of(spec);
  ovsdb::Transaction transaction;
  auto there = switch_db_.interfaces().find(spec.interface);
  if (there == switch_db_.interfaces().end()) {
    add_port(transaction, bridge, spec.interface, {{"external_ids", ovsdb::Datum::map(ids)}});
  } else {
    transaction.update("Interface", there->second.row, {{"external_ids", ovsdb::Datum::map(ids)}});
  }
  co_return co_await switch_db_.commit(std::move(transaction));
}

Task<void> OvsPlug::remove(std::string interface) {
  auto there = switch_db_.interfaces().find(interface);
  auto [bridge, row] = find_named(switch_db_.replica(), "Bridge", kIntegrationBridge);
  if (there == switch_db_.interfaces().end() || !row) co_return Result<void>{};
  ovsdb::Transaction transaction;
  remove_port(transaction, bridge, there->second.port_row);
  co_return co_await switch_db_.commit(std::move(transaction));
}

std::vector<PlugSpec> OvsPlug::plugged() const {
  std::vector<PlugSpec> specs;
  for (const auto& [name, interface] : switch_db_.interfaces()) {
    auto port = interface.claimed_port();
    if (!port) continue;
    PlugSpec spec;
    spec.interface = name;
    spec.port = *port;
    spec.mac =
        MacAddress::parse(value_or_empty(interface.external_ids, kAttachedMacKey)).value_or(MacAddress{});
    spec.external_ids = interface.external_ids;
    spec.device_gone = interface.device_gone;
    specs.push_back(std::move(spec));
  }
  return specs;
}

}  // namespace weft::agent
