#pragma once
// Errors about groups that more than one resource gives.

#include <string_view>

#include "base/result.h"

namespace weft::neutron {

inline Error security_group_not_found(std::string_view id) {
  return Error(Errc::kNotFound, "Security group " + std::string(id) + " does not exist",
               "SecurityGroupNotFound");
}

inline Error address_group_not_found(std::string_view id) {
  return Error(Errc::kNotFound, "Address group " + std::string(id) + " could not be found.",
               "AddressGroupNotFound");
}

}  // namespace weft::neutron
