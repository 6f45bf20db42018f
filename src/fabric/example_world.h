#pragma once
// Small worlds for tests, benchmarks and the generated reference: objects with readable, repeatable ids.

#include <string>
#include <utility>
#include <vector>

#include "fabric/compiler.h"

namespace weft::fabric {

class World {
 public:
  struct PortSpec {
    std::string name;
    Uuid network;
    std::vector<std::string> addresses;
    std::string host = "worker1";
    std::vector<Uuid> groups;
    bool port_security = true;
    std::vector<model::AddressPair> pairs;
  };
  struct RuleSpec {
    model::Direction direction = model::Direction::kIngress;
    IpVersion ethertype = IpVersion::kV4;
    std::optional<int> protocol;
    std::optional<int> port_min;
    std::optional<int> port_max;
    std::string prefix;
    std::optional<Uuid> remote;
    std::optional<Uuid> remote_addresses;  ///< an address group
  };

  Uuid network(const std::string& name, model::Encapsulation encapsulation, int vni);
  Uuid subnet(const Uuid& network, const std::string& cidr, bool dhcp = true);
  Uuid group(const std::string& name, bool stateful = true);
  Uuid address_group(const std::string& name);
  Uuid entry(const Uuid& address_group, const std::string& prefix);
  Uuid rule(const Uuid& group, const RuleSpec& spec);
  /// A group as every project's default one: out to anywhere, in from its own members, for both IP versions.
  Uuid default_group(const std::string& name);
  /// MACs are fa:16:3e:00:00:01 and up, in the order of making.
  Uuid port(const PortSpec& spec);
  Uuid join(const Uuid& port, const Uuid& group);  ///< makes the membership's id
  /// The port that every node answers for in a subnet.
  Uuid distributed_port(const Uuid& subnet, const std::string& address);

  template <typename T>
  void put(T object) {
    changes_.push_back(intent_.put(std::move(object)));
  }
  template <typename T>
  void erase(const Uuid& id) {
    if (auto change = intent_.erase<T>(id)) changes_.push_back(std::move(*change));
  }
  /// Puts a changed copy of the object in its place.
  template <typename T, typename Edit>
  void edit(const Uuid& id, Edit change) {
    T copy = *intent_.find<T>(id);
    change(copy);
    put(std::move(copy));
  }
  /// A port with its addresses and memberships.
  void erase_port(const Uuid& id);

  const model::Intent& intent() const { return intent_; }
  MacAddress mac_of(const Uuid& port) const { return intent_.find<model::Port>(port)->mac; }
  /// Changes since the last call.
  model::IntentChanges take_changes() { return std::exchange(changes_, {}); }

 private:
  enum class Kind { kNetwork = 1, kSubnet, kGroup, kRule, kPort, kAddress, kMember, kAddressGroup, kEntry };
  Uuid next_id(Kind kind);

  model::Intent intent_;
  model::IntentChanges changes_;
  std::uint32_t next_ = 0;
  std::uint32_t macs_ = 0;
};

/// The world of the pipeline reference: two networks of the same addresses, one with IPv6, ports here and
/// elsewhere, every kind of rule.
struct ExampleWorld {
  ExampleWorld();
  World world;
  Uuid blue, green;    ///< VXLAN 100 and Geneve 100, both 10.0.0.0/24; blue 2001:db8::/64 too
  Uuid blue4, blue6;   ///< its subnets, both with DHCP; the second is advertised
  Uuid standard, web;  ///< a default group; a group with rules of its own
  Uuid fast, offices;  ///< a stateless group; an address group that `web` names
  Uuid alice, bob;     ///< blue, here; ofports 11 and 12
  Uuid carol;          ///< blue, on worker2
  Uuid dave;           ///< green, here, bob's address; ofport 13
  Uuid router;         ///< blue, here, without port security; ofport 14
  Uuid frank, grace;   ///< blue, here: with the stateless group, with no group; ofports 15 and 16
  Uuid dhcp4, dhcp6;   ///< the distributed ports of blue's subnets: 10.0.0.2 and 2001:db8::2
  Compiler compiler;

  static constexpr std::uint32_t kAlice = 11, kBob = 12, kDave = 13, kRouter = 14, kFrank = 15, kGrace = 16,
                                 kVxlanToWorker2 = 21, kGeneveToWorker2 = 22;
};

/// What the compilers of tests know of node `name`.
NodeFacts facts_of(std::string name);

/// One flow a line, with the names of tables.
std::string render(const std::vector<openflow::Flow>& flows);

}  // namespace weft::fabric
