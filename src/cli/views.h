#pragma once
// Intent as tables. Pure functions: what the commands show is tested without a store.

#include "cli/table.h"
#include "model/intent.h"

namespace weft::cli {

/// Sorted by name. `now` is microseconds since the epoch: heartbeats are told by their age.
Table node_table(const model::Intent& intent, std::int64_t now);
Table network_table(const model::Intent& intent);
/// Sorted by network, then name.
Table port_table(const model::Intent& intent);
/// One row with everything known of a port.
Table port_record(const model::Intent& intent, const model::Port& port);

/// A port's status as the API tells it, or why its binding failed.
Cell status_cell(const model::Intent& intent, const model::Port& port);

}  // namespace weft::cli
