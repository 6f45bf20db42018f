#pragma once
// The agent as a whole: its modules and what they tell each other.

#include <memory>

#include "agent/config.h"
#include "agent/datapath_settings.h"
#include "agent/drop_followers.h"
#include "agent/interest.h"
#include "agent/node_services.h"
#include "agent/ovs_plug.h"
#include "agent/packet_ins.h"
#include "agent/ports.h"
#include "agent/reconciler.h"
#include "agent/router_advertiser.h"
#include "agent/signal.h"
#include "agent/status.h"
#include "agent/switch_db.h"
#include "agent/tunnel_neighbors.h"
#include "agent/worker.h"

namespace weft::agent {

class Agent final : public NodeServices {
 public:
  Agent(asio::any_io_executor executor, Config config);

  /// Errors: kUnavailable when the OpenFlow port can't be bound.
  Result<void> start();
  void stop();

  asio::any_io_executor executor() override { return executor_; }
  const std::string& node() const override { return config_.node; }
  int underlay_mtu() const override { return config_.underlay_mtu; }
  const DhcpSettings& dhcp() const override { return config_.dhcp; }
  bool userspace_datapath() const override { return switch_db_.userspace_datapath(); }
  Result<void> ready() const override;
  store::Store& store() override { return store_; }
  Plug& plug() override { return plug_; }
  Metrics& metrics() override { return metrics_; }
  Task<NetworkPin> pin_network(Uuid network) override;
  Task<void> wait_active(Uuid port, std::chrono::milliseconds within) override;

  const Config& config() const { return config_; }
  const PortTable& ports() const { return ports_; }
  const Reconciler& reconciler() const { return reconciler_; }
  const SwitchDb& switch_db() const { return switch_db_; }
  DropFollowers& drop_followers() { return drop_followers_; }
  const PacketIns& packet_ins() const { return packet_ins_; }

 private:
  void follow_store();
  Result<void> listen_for_switch();
  Task<void> turn();
  void refresh_tunnels();
  void report();
  void handle_packet(openflow::Connection& connection, const openflow::PacketIn& packet);
  void sample_refused(const openflow::PacketIn& packet, const fabric::DropInfo& reason);
  SampleContext sample_context() const;
  void advertise_routers();
  void repeat_advertisements();
  std::map<std::string, InterfaceSettings> interface_settings() const;
  Error why_not_active(const Uuid& port) const;

  asio::any_io_executor executor_;
  Config config_;
  Metrics metrics_;
  store::Store store_;
  SwitchDb switch_db_;
  OvsPlug plug_;
  PortTable ports_;
  InterestKeeper interest_;
  Reconciler reconciler_;
  DatapathSettings datapath_settings_;
  StatusReporter status_;
  PacketIns packet_ins_;
  RouterAdvertiser router_advertiser_;
  asio::steady_timer advertising_;
  DropFollowers drop_followers_;
  TunnelNeighbors neighbors_;
  Signal settled_;
  Worker turn_;
  std::unique_ptr<openflow::Listener> listener_;
};

}  // namespace weft::agent
