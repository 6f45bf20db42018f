#pragma once
// Field values as ovs-ofctl writes them. Internal to the text form.

#include <string>

#include "openflow/flow.h"

namespace weft::openflow {

/// "0x5", "22", "10.0.0.1", "fa:16:3e:00:00:01", "LOCAL": by the field's own kind.
std::string value_text(Field field, const Bits& value);
/// The same with "/MASK" (or "/PREFIX-LENGTH") unless the mask covers the whole field.
std::string masked_text(Field field, const Bits& value, const Bits& mask);
/// The same as a target of set_field, where a masked number stays decimal.
std::string target_text(Field field, const Bits& value, const Bits& mask);
/// "0x5"; zero is "0".
std::string hex_text(const Bits& value);
/// "LOCAL", "CONTROLLER", ... or the number.
std::string port_text(std::uint32_t port);

}  // namespace weft::openflow
