#include "fabric/features/conntrack.h"

namespace weft::fabric {

openflow::Match in_state(openflow::Match match, CtState state) {
  match.set_masked(openflow::Field::kCtState, kCtTracked | state.set, kCtTracked | state.set | state.clear);
  return match;
}

}  // namespace weft::fabric
