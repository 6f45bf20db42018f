#pragma once
// Random flows that a switch accepts: prerequisites in place, actions consistent with the match. For property
// tests.

#include <random>

#include "openflow/flow.h"

namespace weft::openflow {

/// `count` flows with different keys.
std::vector<Flow> random_flows(std::mt19937& rng, std::size_t count);

}  // namespace weft::openflow
