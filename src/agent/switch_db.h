#pragma once
// The node's Open_vSwitch database, kept as wanted: level-triggered, so that what somebody deletes comes
// back.

#include <functional>
#include <memory>

#include "agent/bridge_interfaces.h"
#include "agent/plug.h"
#include "agent/switch_plan.h"
#include "agent/worker.h"
#include "ovsdb/client.h"

namespace weft::agent {

class SwitchDb {
 public:
  /// `remote` is the database's address; `wants` the part that does not change: controller, datapath, bridge
  /// mappings.
  SwitchDb(asio::any_io_executor executor, const std::string& remote, SwitchWants wants, Metrics& metrics);

  /// Called when the interfaces of br-int may differ, and when the database was read for the first time.
  void on_changed(std::function<void()> handler) { changed_ = std::move(handler); }
  void start();
  void stop();

  /// The database has been read at least once; what is known stays known while a connection is lost.
  bool known() const { return known_; }
  const SwitchInterfaces& interfaces() const { return interfaces_.all(); }
  /// br-int's datapath is ovs-vswitchd itself, not the kernel's module.
  bool userspace_datapath() const;
  /// br-int's id as OpenFlow has it; nothing while the switch has not said it.
  std::optional<std::uint64_t> datapath_id() const;

  void want_tunnels(std::map<std::string, TunnelPort> tunnels, std::set<std::string> unwanted);
  void want_settings(std::map<std::string, InterfaceSettings> interfaces);

  /// Commits a transaction that somebody else composed.
  Task<void> commit(ovsdb::Transaction transaction);
  const ovsdb::Replica& replica() const { return client_.replica(); }

 private:
  void apply_changes(const ovsdb::Changes& changes);
  Task<void> make_it_so();

  SwitchWants wants_;
  ovsdb::Client client_;
  Counter& transactions_;
  BridgeInterfaces interfaces_{std::string(kIntegrationBridge)};
  bool known_ = false;
  std::function<void()> changed_;
  Worker worker_;
};

}  // namespace weft::agent
