#pragma once
// What a caller wants changed, in terms of intent objects.

#include <set>
#include <unordered_map>

#include "ovsdb/transaction.h"
#include "store/rows.h"

namespace weft::store {

/// Addresses by subnet.
using AddressClaims = std::unordered_map<Uuid, std::set<IpAddress>>;

/// A set of changes that are committed together or not at all.
class Write {
 public:
  template <typename T>
  void insert(const T& object);
  /// Writes the columns in which `after` differs from `before`. Fails the commit (kConflict) when the row is
  /// gone, or, with `if_unchanged`, when its `revision` is no longer that of `before`.
  template <typename T>
  void update(const T& before, const T& after, bool if_unchanged = false);
  template <typename T>
  void remove(const Uuid& id);
  /// Commits only while this object still exists (and, given a revision-like column, has that value).
  template <typename T>
  void require(const Uuid& id, const ovsdb::Row& columns = {});

  /// Commits only while no object of T has these column values.
  template <typename T>
  void require_none(const std::vector<ovsdb::Clause>& where) {
    transaction_.wait_for_none(table_of<T>(), where);
  }

  /// Commits only while the objects of T with these column values have exactly these values in one more
  /// column.
  template <typename T>
  void require_values(const std::vector<ovsdb::Clause>& where, std::string_view column,
                      const std::vector<ovsdb::Datum>& values) {
    transaction_.wait_for_values(table_of<T>(), where, column, values);
  }

  bool empty() const { return transaction_.empty(); }
  const ovsdb::Transaction& transaction() const { return transaction_; }
  ovsdb::Transaction& transaction() { return transaction_; }
  /// The addresses that this write gives to ports: while it is under way, others had better choose different
  /// ones.
  const AddressClaims& claims() const { return claims_; }

 private:
  ovsdb::Transaction transaction_;
  AddressClaims claims_;
};

}  // namespace weft::store
