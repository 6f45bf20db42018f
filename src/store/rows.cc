#include "store/rows.h"

#include <cassert>
#include <tuple>

#include "store/columns.h"

namespace weft::store {
namespace {

using namespace weft::model;

template <typename>
constexpr bool kHasDefault = false;
template <typename T>
requires std::is_arithmetic_v<T> || std::is_same_v<T, std::string> || std::is_same_v<T, Uuid>
constexpr bool kHasDefault<T> = true;
template <typename T>
constexpr bool kHasDefault<std::optional<T>> = true;
template <typename T>
constexpr bool kHasDefault<std::vector<T>> = true;

/// A column that holds one member. OVSDB's default of a column is the empty or zero value, whatever the C++
/// member starts with; members whose type has no such value (a MAC, a prefix, an enumerator) must always be
/// there.
template <typename T, typename Member>
struct Column {
  std::string_view name;
  Member T::*member;

  ovsdb::Datum get(const T& object) const { return to_datum(object.*member); }
  bool set(T& object, const ovsdb::Datum& datum) const { return read_datum(datum, object.*member); }
  bool is_default(const T& object) const {
    if constexpr (kHasDefault<Member>)
      return object.*member == Member{};
    else
      return false;
  }
  bool set_default(T& object) const {
    if constexpr (kHasDefault<Member>) object.*member = Member{};
    return kHasDefault<Member>;
  }
};

template <typename T, typename Member>
Column(std::string_view, Member T::*) -> Column<T, Member>;

/// A list of addresses whose order matters.
template <typename T>
struct OrderedColumn {
  std::string_view name;
  std::vector<IpAddress> T::*member;

  ovsdb::Datum get(const T& object) const { return ovsdb::Datum(to_ordered_text(object.*member)); }
  bool set(T& object, const ovsdb::Datum& datum) const {
    return read_ordered_text(datum.string_or(), object.*member);
  }
  bool is_default(const T& object) const { return (object.*member).empty(); }
  bool set_default(T& object) const {
    (object.*member).clear();
    return true;
  }
};

/// A column that is computed from the others, for the sake of an index; never read back.
template <typename T>
struct ComputedColumn {
  std::string_view name;
  std::string (T::*compute)() const;

  ovsdb::Datum get(const T& object) const { return ovsdb::Datum((object.*compute)()); }
  bool set(T&, const ovsdb::Datum&) const { return true; }
  bool is_default(const T&) const { return false; }
  bool set_default(T&) const { return true; }
};

constexpr auto kCommon =
    std::tuple(Column{"project_id", &Common::project_id}, Column{"name", &Common::name},
               Column{"description", &Common::description}, Column{"created_at", &Common::created_at},
               Column{"updated_at", &Common::updated_at}, Column{"revision", &Common::revision},
               Column{"tags", &Common::tags});

template <typename T>
struct Declared;

template <>
struct Declared<Network> {
  static constexpr std::string_view kTable = "Network";
  static constexpr auto kColumns = std::tuple_cat(
      kCommon, std::tuple(Column{"encapsulation", &Network::encapsulation}, Column{"vni", &Network::vni},
                          Column{"mtu", &Network::mtu}, Column{"admin_state_up", &Network::admin_state_up},
                          Column{"shared", &Network::shared},
                          Column{"port_security_enabled", &Network::port_security_enabled},
                          Column{"dns_domain", &Network::dns_domain},
                          Column{"subnet_serial", &Network::subnet_serial}));
};

template <>
struct Declared<Subnet> {
  static constexpr std::string_view kTable = "Subnet";
  static constexpr auto kColumns = std::tuple_cat(
      kCommon,
      std::tuple(Column{"network", &Subnet::network}, Column{"cidr", &Subnet::cidr},
                 Column{"gateway_ip", &Subnet::gateway_ip}, Column{"enable_dhcp", &Subnet::enable_dhcp},
                 Column{"allocation_pools", &Subnet::allocation_pools},
                 OrderedColumn<Subnet>{"dns_nameservers", &Subnet::dns_nameservers},
                 Column{"host_routes", &Subnet::host_routes}, Column{"ipv6_ra_mode", &Subnet::ipv6_ra_mode},
                 Column{"ipv6_address_mode", &Subnet::ipv6_address_mode}));
};

template <>
struct Declared<Port> {
  static constexpr std::string_view kTable = "Port";
  static constexpr auto kColumns = std::tuple_cat(
      kCommon,
      std::tuple(Column{"network", &Port::network}, Column{"mac", &Port::mac},
                 Column{"admin_state_up", &Port::admin_state_up}, Column{"device_id", &Port::device_id},
                 Column{"device_owner", &Port::device_owner}, Column{"host", &Port::host},
                 Column{"vnic_type", &Port::vnic_type}, Column{"binding_profile", &Port::binding_profile},
                 Column{"port_security_enabled", &Port::port_security_enabled},
                 Column{"allowed_address_pairs", &Port::allowed_address_pairs},
                 Column{"dns_name", &Port::dns_name}, Column{"dns_domain", &Port::dns_domain},
                 Column{"extra_dhcp_opts", &Port::extra_dhcp_opts}));
};

template <>
struct Declared<Address> {
  static constexpr std::string_view kTable = "Address";
  static constexpr auto kColumns =
      std::tuple(Column{"network", &Address::network}, Column{"subnet", &Address::subnet},
                 Column{"port", &Address::port}, Column{"ip", &Address::ip});
};

template <>
struct Declared<SecurityGroup> {
  static constexpr std::string_view kTable = "SecurityGroup";
  static constexpr auto kColumns = std::tuple_cat(
      kCommon, std::tuple(Column{"stateful", &SecurityGroup::stateful}, Column{"key", &SecurityGroup::key}));
};

template <>
struct Declared<SecurityGroupRule> {
  using Rule = SecurityGroupRule;
  static constexpr std::string_view kTable = "SecurityGroupRule";
  static constexpr auto kColumns = std::tuple_cat(
      kCommon, std::tuple(Column{"group", &Rule::group}, Column{"direction", &Rule::direction},
                          Column{"ethertype", &Rule::ethertype}, Column{"protocol", &Rule::protocol},
                          Column{"protocol_name", &Rule::protocol_name},
                          Column{"port_range_min", &Rule::port_range_min},
                          Column{"port_range_max", &Rule::port_range_max},
                          Column{"remote_prefix", &Rule::remote_prefix},
                          Column{"remote_prefix_text", &Rule::remote_prefix_text},
                          Column{"remote_group", &Rule::remote_group},
                          Column{"remote_address_group", &Rule::remote_address_group},
                          ComputedColumn<Rule>{"key", &Rule::key}));
};

template <>
struct Declared<GroupMember> {
  static constexpr std::string_view kTable = "GroupMember";
  static constexpr auto kColumns =
      std::tuple(Column{"group", &GroupMember::group}, Column{"port", &GroupMember::port},
                 Column{"network", &GroupMember::network});
};

template <>
struct Declared<AddressGroup> {
  static constexpr std::string_view kTable = "AddressGroup";
  static constexpr auto kColumns = kCommon;
};

template <>
struct Declared<AddressGroupEntry> {
  static constexpr std::string_view kTable = "AddressGroupEntry";
  static constexpr auto kColumns = std::tuple(Column{"address_group", &AddressGroupEntry::address_group},
                                              Column{"prefix", &AddressGroupEntry::prefix});
};

template <>
struct Declared<Binding> {
  static constexpr std::string_view kTable = "Binding";
  static constexpr auto kColumns =
      std::tuple(Column{"port", &Binding::port}, Column{"network", &Binding::network},
                 Column{"host", &Binding::host}, Column{"up", &Binding::up},
                 Column{"interface", &Binding::interface}, Column{"failure", &Binding::failure});
};

template <>
struct Declared<Node> {
  static constexpr std::string_view kTable = "Node";
  static constexpr auto kColumns =
      std::tuple(Column{"name", &Node::name}, Column{"tunnel_ips", &Node::tunnel_ips},
                 Column{"underlay_mtu", &Node::underlay_mtu}, Column{"diagnostics", &Node::diagnostics},
                 Column{"datapath_type", &Node::datapath_type}, Column{"version", &Node::version});
};

template <>
struct Declared<Heartbeat> {
  static constexpr std::string_view kTable = "Heartbeat";
  static constexpr auto kColumns =
      std::tuple(Column{"node", &Heartbeat::node}, Column{"beat", &Heartbeat::beat});
};

/// Calls `visit` with each column of T.
template <typename T, typename Visit>
void each_column(Visit visit) {
  std::apply([&](const auto&... column) { (visit(column), ...); }, Declared<T>::kColumns);
}

}  // namespace

template <typename T>
std::string_view table_of() {
  return Declared<T>::kTable;
}

template <typename T>
ovsdb::Row to_row(const T& object) {
  ovsdb::Row row;
  each_column<T>([&](const auto& column) {
    if (!column.is_default(object)) row.emplace(column.name, column.get(object));
  });
  return row;
}

template <typename T>
Result<T> from_row(const Uuid& id, const ovsdb::Row& row) {
  T object;
  object.id = id;
  std::string_view bad;
  each_column<T>([&](const auto& column) {
    auto it = row.find(column.name);
    const bool readable = it == row.end() ? column.set_default(object) : column.set(object, it->second);
    if (!readable) bad = column.name;
  });
  if (bad.empty()) return object;
  return fail(Errc::kProtocol, std::string(table_of<T>()) + " row " + id.to_string() + ": column " +
                                   std::string(bad) + " has a value that can not be read");
}

template <typename T>
ovsdb::Row changed_columns(const T& before, const T& after) {
  ovsdb::Row row;
  each_column<T>([&](const auto& column) {
    auto value = column.get(after);
    if (!(value == column.get(before))) row.emplace(column.name, std::move(value));
  });
  return row;
}

template <typename T>
T rebase(const T& base, const T& after, const T& onto) {
  T result = onto;
  each_column<T>([&](const auto& column) {
    auto value = column.get(after);
    if (value == column.get(base)) return;
    [[maybe_unused]] bool readable = column.set(result, value);
    assert(readable);
  });
  return result;
}

#define WEFT_INSTANTIATE(T)                                                \
  template std::string_view table_of<T>();                                 \
  template ovsdb::Row to_row<T>(const T&);                                 \
  template Result<T> from_row<T>(const Uuid&, const ovsdb::Row&);          \
  template ovsdb::Row changed_columns<T>(const T& before, const T& after); \
  template T rebase<T>(const T& base, const T& after, const T& onto);
WEFT_INSTANTIATE(Network)
WEFT_INSTANTIATE(Subnet)
WEFT_INSTANTIATE(Port)
WEFT_INSTANTIATE(Address)
WEFT_INSTANTIATE(SecurityGroup)
WEFT_INSTANTIATE(SecurityGroupRule)
WEFT_INSTANTIATE(GroupMember)
WEFT_INSTANTIATE(AddressGroup)
WEFT_INSTANTIATE(AddressGroupEntry)
WEFT_INSTANTIATE(Binding)
WEFT_INSTANTIATE(Node)
WEFT_INSTANTIATE(Heartbeat)
#undef WEFT_INSTANTIATE

}  // namespace weft::store
