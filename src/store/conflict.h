#pragma once
// Why ovsdb-server refused a commit, read from its error, so that a caller can tell one lost race from
// another.

#include <string>
#include <vector>

#include "base/result.h"

namespace weft::store {

struct Conflict {
  enum class Kind {
    kNone,              ///< the error is of another sort
    kIndex,             ///< another row has the same values in `columns` of `table`
    kMissingReference,  ///< a row of `table` refers to a row of `target` that is gone
    kStillReferenced,   ///< a row of `table` can't be removed because others refer to it
    kPrecondition,      ///< a row that the write requires is gone or has changed
  };
  Kind kind = Kind::kNone;
  std::string table;
  std::vector<std::string> columns;
  std::string target;
};

Conflict read_conflict(const Error& error);

}  // namespace weft::store
