#pragma once
// A port's extra_dhcp_opts: how a request changes them.

#include <boost/json/array.hpp>
#include <vector>

#include "model/network.h"

namespace weft::neutron {

/// Applies a list as valid_dhcp_options() gives it: an option is known by its name and IP version; null takes
/// it away, options that are not named stay.
void change_dhcp_options(std::vector<model::ExtraDhcpOption>& options, const boost::json::array& changes);

}  // namespace weft::neutron
