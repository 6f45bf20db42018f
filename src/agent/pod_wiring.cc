#include "agent/pod_wiring.h"

#include <algorithm>

#include "agent/name_lookup.h"
#include "base/log.h"
#include "ipam/ports.h"

namespace weft::agent {
namespace {

// Creating and deleting links waits for the kernel's read-copy-update; a few can wait side by side.
constexpr std::size_t kKernelThreads = 4;
constexpr std::chrono::seconds kActiveWithin{20};
constexpr std::chrono::seconds kStillActiveWithin{2};

std::string name_of(const cni::Attachment& attachment) {
  return attachment.container_id + "/" + attachment.ifname;
}

std::string name_of(const Uuid& port) {
  return "port " + port.to_string();
}

/// One call at a time for one interface of one container, and one for one port.
class Turn {
 public:
  Turn(std::set<std::string>& busy, std::string key)
      : busy_(busy), key_(std::move(key)), mine_(busy.insert(key_).second) {}
  Turn(const Turn&) = delete;
  ~Turn() {
    if (mine_) busy_.erase(key_);
  }

  Result<void> check() const {
    if (mine_) return {};
    return fail(Errc::kUnavailable, "another CNI call for " + key_ + " is under way");
  }

 private:
  std::set<std::string>& busy_;
  std::string key_;
  bool mine_;
};

Result<void> check_namespace(const std::string& path) {
  auto ns = NetworkNamespace::open(path);
  if (ns) return {};
  return cni::invalid(cni::kInvalidEnvironment, "CNI_NETNS: " + ns.error().message);
}

void warn_of_leftovers(const PodInterface& interface, const Result<void>& rolled_back) {
  if (rolled_back) return;
  log::warn("cni.rollback_failed",
            {{"port", interface.port.to_string()}, {"error", rolled_back.error().message}});
}

ipam::PortRequest port_request(const cni::Attachment& attachment, const model::Network& network,
                               const std::string& project, const std::string& node) {
  ipam::PortRequest request;
  request.port.network = network.id;
  request.port.project_id = project;
  request.port.name = attachment.pod_name.empty() ? attachment.container_id : attachment.pod_name;
  request.port.device_id = attachment.container_id;
  request.port.device_owner = kContainerOwner;
  request.port.host = node;
  request.port.binding_profile = binding_profile(attachment);
  request.port.port_security_enabled = network.port_security_enabled;
  return request;
}

}  // namespace

PodWiring::PodWiring(NodeServices& services) : services_(services), kernel_(kKernelThreads) {}

Task<cni::Wiring> PodWiring::add(cni::Attachment attachment) {
  WEFT_CO_CHECK(services_.ready());
  Turn turn(busy_, name_of(attachment));
  WEFT_CO_CHECK(turn.check());
  WEFT_CO_CHECK(check_namespace(attachment.netns));
  auto wired = find_plugged(attachment);
  if (wired && !wired->device_gone) co_return co_await verify(attachment, *wired);
  auto leftover = wired ? wired : find_unfinished(attachment);
  if (leftover) {
    WEFT_CO_CHECK(co_await release_alone(*leftover));
  }
  auto ready = Uuid::parse(attachment.config.port);
  if (!ready) co_return co_await wire_new(attachment);
  Turn port_turn(busy_, name_of(*ready));
  WEFT_CO_CHECK(port_turn.check());
  auto dead = find_dead(*ready);
  if (dead) {
    WEFT_CO_CHECK(co_await release(*dead));
  }
  co_return co_await wire_new(attachment);
}

Task<void> PodWiring::del(cni::Attachment attachment) {
  WEFT_CO_CHECK(services_.ready());
  Turn turn(busy_, name_of(attachment));
  WEFT_CO_CHECK(turn.check());
  auto interface = find_plugged(attachment);
  if (!interface) interface = find_unfinished(attachment);
  if (interface) co_return co_await release_alone(*interface);
  co_return Result<void>{};
}

Task<void> PodWiring::check(cni::Attachment attachment) {
  WEFT_CO_CHECK(services_.ready());
  Turn turn(busy_, name_of(attachment));
  WEFT_CO_CHECK(turn.check());
  auto interface = find_plugged(attachment);
  if (!interface) {
    co_return cni::invalid(cni::kUnknownContainer, "container " + attachment.container_id + " has no " +
                                                       attachment.ifname + " made by Weft on this node");
  }
  WEFT_CO_CHECK(co_await verify(attachment, *interface));
  co_return Result<void>{};
}

std::optional<PodInterface> PodWiring::find_plugged(const cni::Attachment& attachment) const {
  for (const auto& plug : services_.plug().plugged()) {
    auto interface = from_plug(plug);
    if (interface && interface->container_id == attachment.container_id &&
        interface->ifname == attachment.ifname) {
      return interface;
    }
  }
  return std::nullopt;
}

/// A port made for this interface by a call that was cut short (the agent was killed) before it reached the
/// switch.
std::optional<PodInterface> PodWiring::find_unfinished(const cni::Attachment& attachment) const {
  const auto& intent = services_.store().intent();
  for (const auto& id : intent.ports_on(services_.node())) {
    auto port = intent.find<model::Port>(id);
    if (port && made_for(*port, attachment)) return interface_for(attachment, *port, PortOrigin::kMade);
  }
  return std::nullopt;
}

/// The wiring of a port whose pod went without a DEL (so far).
std::optional<PodInterface> PodWiring::find_dead(const Uuid& port) const {
  for (const auto& plug : services_.plug().plugged()) {
    auto interface = from_plug(plug);
    if (interface && interface->port == port && interface->device_gone) return interface;
  }
  return std::nullopt;
}

NodeFacts PodWiring::facts() const {
  return {.underlay_mtu = services_.underlay_mtu(),
          .userspace_datapath = services_.userspace_datapath(),
          .dhcp = services_.dhcp()};
}

Task<cni::Wiring> PodWiring::wire_new(cni::Attachment attachment) {
  WEFT_CO_TRY(auto acquired, co_await acquire(attachment));
  auto interface = interface_for(attachment, acquired.port, acquired.origin);
  auto wired = co_await wire(attachment, acquired);
  if (wired) {
    log::info("cni.added", {{"container", interface.container_id},
                            {"port", interface.port.to_string()},
                            {"interface", interface.host_name()}});
    co_return wired;
  }
  auto released = co_await release_port(interface);
  warn_of_leftovers(interface, released);
  co_return wired;
}

Task<cni::Wiring> PodWiring::wire(cni::Attachment attachment, Acquired acquired) {
  auto interface = interface_for(attachment, acquired.port, acquired.origin);
  WEFT_CO_TRY(auto plan,
              plan_pod(services_.store().intent(), acquired.port, interface, attachment.config, facts()));
  co_return co_await plug(plan, interface);
}

Task<cni::Wiring> PodWiring::plug(PodPlan plan, PodInterface interface) {
  std::function<Result<MacAddress>()> make = [veth = plan.veth] { return make_veth(veth); };
  // A link of this name that is there already is somebody else's, and so is its place in the switch.
  WEFT_CO_TRY(auto host_mac, co_await kernel_.run<MacAddress>(make));
  auto plugged = co_await activate(interface);
  if (plugged) co_return wiring_of(plan, host_mac);
  auto unplugged = co_await unplug(interface.host_name());
  warn_of_leftovers(interface, unplugged);
  co_return fail(plugged.error());
}

Task<void> PodWiring::activate(PodInterface interface) {
  auto spec = to_plug(interface);
  WEFT_CO_CHECK(co_await services_.plug().add(spec));
  co_return co_await services_.wait_active(interface.port, kActiveWithin);
}

Task<cni::Wiring> PodWiring::verify(cni::Attachment attachment, PodInterface interface) {
  interface.sandbox = attachment.netns;
  auto port = services_.store().intent().find<model::Port>(interface.port);
  if (!port)
    co_return fail(Errc::kConflict, "port " + interface.port.to_string() + " was deleted: run DEL, then ADD");
  WEFT_CO_TRY(auto pin, co_await services_.pin_network(port->network));
  WEFT_CO_TRY(auto plan, plan_pod(services_.store().intent(), *port, interface, attachment.config, facts()));
  std::function<Result<MacAddress>()> look = [veth = plan.veth] { return check_veth(veth); };
  auto host_mac = co_await kernel_.run<MacAddress>(look);
  if (!host_mac) co_return fail(Errc::kConflict, host_mac.error().message + ": run DEL, then ADD");
  WEFT_CO_CHECK(co_await services_.wait_active(interface.port, kStillActiveWithin));
  co_return wiring_of(plan, *host_mac);
}

Task<PodWiring::Acquired> PodWiring::acquire(cni::Attachment attachment) {
  auto ready = Uuid::parse(attachment.config.port);
  if (ready) co_return co_await take_ready_port(*ready);
  co_return co_await make_port(attachment);
}

Task<PodWiring::Acquired> PodWiring::make_port(cni::Attachment attachment) {
  auto& store = services_.store();
  const auto& config = attachment.config;
  WEFT_CO_TRY(auto network, co_await find_network(store, config.network, config.project));
  auto project = config.project.empty() ? network.project_id : config.project;
  auto request = port_request(attachment, network, project, services_.node());
  if (config.security_groups) {
    WEFT_CO_TRY(auto groups, co_await find_groups(store, *config.security_groups, project));
    request.groups = std::move(groups);
  }
  WEFT_CO_TRY(auto pin, co_await services_.pin_network(network.id));
  std::vector<ipam::PortRequest> requests{request};
  WEFT_CO_TRY(auto made, co_await ipam::create_ports(store, requests));
  co_return Acquired{.port = made.front().port, .origin = PortOrigin::kMade, .pin = std::move(pin)};
}

Task<PodWiring::Acquired> PodWiring::take_ready_port(Uuid id) {
  WEFT_CO_TRY(auto port, co_await find_port(services_.store(), id));
  auto name = name_of(id);
  auto plugged = services_.plug().plugged();
  if (std::ranges::any_of(plugged, [&](const PlugSpec& p) { return p.port == id; })) {
    co_return fail(Errc::kConflict, name + " is in use by another interface of this node");
  }
  if (!port.host.empty() && port.host != services_.node()) {
    co_return fail(Errc::kConflict,
                   name + " is bound to " + port.host + ": unbind it, or start the pod there");
  }
  WEFT_CO_TRY(auto pin, co_await services_.pin_network(port.network));
  Acquired acquired{.port = port,
                    .origin = port.host.empty() ? PortOrigin::kBound : PortOrigin::kReady,
                    .pin = std::move(pin)};
  if (acquired.origin == PortOrigin::kBound) {
    acquired.port.host = services_.node();
    ipam::PortChange change{.id = id, .after = acquired.port};
    WEFT_CO_CHECK(co_await ipam::update_port(services_.store(), change));
  }
  co_return acquired;
}

Task<void> PodWiring::unplug(std::string name) {
  WEFT_CO_CHECK(co_await services_.plug().remove(name));
  std::function<Result<void>()> unlink = [name] { return delete_link(name); };
  co_return co_await kernel_.run<void>(unlink);
}

Task<void> PodWiring::release_alone(PodInterface interface) {
  Turn port_turn(busy_, name_of(interface.port));
  WEFT_CO_CHECK(port_turn.check());
  co_return co_await release(interface);
}

Task<void> PodWiring::release(PodInterface interface) {
  auto name = interface.host_name();
  WEFT_CO_CHECK(co_await unplug(name));
  WEFT_CO_CHECK(co_await release_port(interface));
  log::info("cni.deleted", {{"container", interface.container_id}, {"port", interface.port.to_string()}});
  co_return Result<void>{};
}

Task<void> PodWiring::release_port(PodInterface interface) {
  auto& store = services_.store();
  if (interface.origin == PortOrigin::kMade) {
    auto deleted = co_await ipam::delete_port(store, interface.port);
    if (!deleted && deleted.error().code != Errc::kNotFound) co_return deleted;
    co_return Result<void>{};
  }
  if (interface.origin == PortOrigin::kReady) co_return Result<void>{};
  auto port = store.intent().find<model::Port>(interface.port);
  if (!port || port->host != services_.node()) co_return Result<void>{};
  ipam::PortChange change{.id = interface.port, .after = *port};
  change.after.host.clear();
  co_return co_await ipam::update_port(store, change);
}

}  // namespace weft::agent
