#pragma once
// Actions on the wire: OpenFlow 1.4's own and Nicira's extensions (ovs-actions(7)).

#include "base/result.h"
#include "openflow/flow.h"
#include "openflow/wire.h"

namespace weft::openflow {

void encode_actions(Writer& out, const std::vector<Action>& actions);
/// Actions that have no form here come back as Opaque. Errors: kProtocol.
Result<std::vector<Action>> decode_actions(ByteView bytes);

}  // namespace weft::openflow
