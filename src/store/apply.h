#pragma once
// From rows to objects: what a notification of the store changes in the intent.

#include "model/intent.h"
#include "ovsdb/replica.h"

namespace weft::store {

struct Applied {
  model::IntentChanges changes;
  std::size_t malformed = 0;  ///< rows that could not be read; they are logged and left out
};

Applied apply_rows(const ovsdb::Changes& rows, model::Intent& intent);

}  // namespace weft::store
