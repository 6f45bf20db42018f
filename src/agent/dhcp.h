#pragma once
// DHCP for the ports of this node: requests come up as packet-ins, answers go straight back to the port.

#include <memory>
#include <optional>

#include "agent/dhcp_responder.h"
#include "base/metrics.h"
#include "fabric/compiler.h"
#include "model/intent.h"
#include "openflow/connection.h"

namespace weft::agent {

/// The lease that the intent has for a port: its first IPv4 address in a subnet with DHCP; nothing when it
/// has none.
std::optional<DhcpLease> lease_of(const Uuid& port, const model::Intent& intent);

class DhcpService {
 public:
  DhcpService(const model::Intent& intent, Metrics& metrics) : intent_(intent), metrics_(metrics) {}

  /// `ports` are the ports of this node; the request's in_port tells whose it is.
  void handle(openflow::Connection& connection, const openflow::PacketIn& packet,
              const std::map<Uuid, fabric::LocalPort>& ports);

 private:
  void drop(std::string_view reason);

  const model::Intent& intent_;
  Metrics& metrics_;
};

}  // namespace weft::agent
