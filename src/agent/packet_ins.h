#pragma once
// The packets that flows send up to be answered: each goes to the service that it asks, and the answer
// straight back to its port. What is refused is counted by port.

#include <functional>
#include <map>
#include <unordered_map>

#include "agent/dhcp_extra_options.h"
#include "agent/dhcp_settings.h"
#include "agent/packet_answer.h"
#include "agent/refusals.h"
#include "base/metrics.h"
#include "fabric/compiler.h"
#include "fabric/packet_in.h"
#include "model/intent.h"
#include "openflow/connection.h"

namespace weft::agent {

class PacketIns {
 public:
  using Refused = std::function<void(const openflow::PacketIn&, const fabric::DropInfo&)>;

  /// `refused` is told of each packet that is refused, after it was counted.
  PacketIns(const model::Intent& intent, DhcpSettings settings, Refused refused, Metrics& metrics)
      : intent_(intent), settings_(std::move(settings)), refused_(std::move(refused)), metrics_(metrics) {}

  /// The ports of this node, all of them.
  void set_ports(const std::map<Uuid, fabric::LocalPort>& ports);
  /// The port of this number in the switch.
  std::optional<Uuid> port_at(std::uint32_t ofport) const;

  void handle(openflow::Connection& connection, const openflow::PacketIn& packet);

  const Refusals& refusals() const { return refusals_; }

 private:
  PacketAnswer answer(fabric::PacketInKind kind, net::FrameView frame, const Uuid& port);
  PacketAnswer answer_dhcp4(net::FrameView frame, const Uuid& port);
  PacketAnswer answer_dhcp6_of(net::FrameView frame, const Uuid& port) const;
  PacketAnswer answer_solicitation_of(net::FrameView frame, const Uuid& port) const;
  PacketAnswer answer_too_big(net::FrameView frame, const Uuid& port) const;
  void count(std::string_view outcome);

  const model::Intent& intent_;
  DhcpSettings settings_;
  Refused refused_;
  Metrics& metrics_;
  std::unordered_map<std::uint32_t, Uuid> ports_;  ///< by number in the switch
  Refusals refusals_;
  UnusableOptions unusable_options_;
};

}  // namespace weft::agent
