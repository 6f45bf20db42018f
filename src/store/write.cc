#include "store/write.h"

namespace weft::store {

template <typename T>
void Write::insert(const T& object) {
  transaction_.insert(table_of<T>(), object.id, to_row(object));
  if constexpr (std::is_same_v<T, model::Address>) claims_[object.subnet].insert(object.ip);
}

template <typename T>
void Write::update(const T& before, const T& after, bool if_unchanged) {
  if constexpr (std::is_base_of_v<model::Common, T>) {
    if (if_unchanged) require<T>(before.id, {{"revision", ovsdb::Datum(ovsdb::Atom(before.revision))}});
  }
  auto columns = changed_columns(before, after);
  if (!columns.empty()) transaction_.update(table_of<T>(), before.id, columns);
}

template <typename T>
void Write::remove(const Uuid& id) {
  transaction_.remove(table_of<T>(), id);
}

template <typename T>
void Write::require(const Uuid& id, const ovsdb::Row& columns) {
  transaction_.wait(table_of<T>(), id, columns);
}

#define WEFT_INSTANTIATE(T)                                              \
  template void Write::insert<T>(const T&);                              \
  template void Write::update<T>(const T& before, const T& after, bool); \
  template void Write::remove<T>(const Uuid&);                           \
  template void Write::require<T>(const Uuid&, const ovsdb::Row& columns);
WEFT_INSTANTIATE(model::Network)
WEFT_INSTANTIATE(model::Subnet)
WEFT_INSTANTIATE(model::Port)
WEFT_INSTANTIATE(model::Address)
WEFT_INSTANTIATE(model::SecurityGroup)
WEFT_INSTANTIATE(model::SecurityGroupRule)
WEFT_INSTANTIATE(model::GroupMember)
WEFT_INSTANTIATE(model::AddressGroup)
WEFT_INSTANTIATE(model::AddressGroupEntry)
WEFT_INSTANTIATE(model::Binding)
WEFT_INSTANTIATE(model::Node)
WEFT_INSTANTIATE(model::Heartbeat)
#undef WEFT_INSTANTIATE

}  // namespace weft::store
