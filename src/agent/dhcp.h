#pragma once
// DHCP for the ports of this node: requests come up as packet-ins, answers go straight back to the port.

#include <memory>

#include "agent/dhcp_responder.h"
#include "base/metrics.h"
#include "fabric/compiler.h"
#include "model/intent.h"
#include "openflow/connection.h"

namespace weft::agent {

class DhcpService {
 public:
  DhcpService(const model::Intent& intent, DhcpSettings settings, Metrics& metrics)
      : intent_(intent), settings_(std::move(settings)), metrics_(metrics) {}

  /// `ports` are the ports of this node; the request's in_port tells whose it is.
  void handle(openflow::Connection& connection, const openflow::PacketIn& packet,
              const std::map<Uuid, fabric::LocalPort>& ports);

 private:
  void count(std::string_view reason);

  const model::Intent& intent_;
  DhcpSettings settings_;
  Metrics& metrics_;
};

}  // namespace weft::agent
