#include "fabric/features/local_port.h"

#include "fabric/features/arp.h"
#include "fabric/features/classify.h"
#include "fabric/features/l2.h"
#include "fabric/features/neighbour_answers.h"
#include "fabric/features/packet_size.h"
#include "fabric/features/port_security.h"
#include "fabric/features/security_groups.h"

namespace weft::fabric {

Flows local_port(const PortView& port) {
  Flows flows = classify_port(port);
  append(flows, port_security(port));
  append(flows, too_big(port));
  append(flows, arp_own_addresses(port));
  append(flows, neighbour_own_addresses(port));
  append(flows, policy_of_port(port));
  append(flows, l2_local(port));
  return flows;
}

}  // namespace weft::fabric
