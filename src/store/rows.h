#pragma once
// The intent objects as rows of the store. The columns of each type are declared once, in rows.cc.

#include "model/intent.h"
#include "ovsdb/value.h"

namespace weft::store {

/// The table that holds objects of type T.
template <typename T>
std::string_view table_of();

/// The columns of an object, without those that have OVSDB's default value (empty, zero, false); its id is
/// the row's UUID.
template <typename T>
ovsdb::Row to_row(const T& object);

/// Reads an object. Columns that the row lacks have their default value.
/// Errors: kProtocol naming table, row and column.
template <typename T>
Result<T> from_row(const Uuid& id, const ovsdb::Row& row);

/// The columns of `after` in which it differs from `before`.
template <typename T>
ovsdb::Row changed_columns(const T& before, const T& after);

/// The change from `base` to `after`, applied to `onto`: what a writer does whose base was overtaken.
template <typename T>
T rebase(const T& base, const T& after, const T& onto);

}  // namespace weft::store
