#pragma once
// `weft drops`: what is dropped where, how often and why; with --follow, packet by packet.

#include "cli/commands.h"
#include "cli/drop_counts.h"

namespace weft::cli {

Result<Output> show_drops(const Call& call);

/// What a port's node counts for it, the most frequent first. Errors: those of asking the node.
Result<std::vector<DropCount>> drops_of_port(const Call& call, const model::Port& port);

}  // namespace weft::cli
