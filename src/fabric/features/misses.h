#pragma once
// What each table does with a packet that nothing matches.

#include "fabric/build.h"

namespace weft::fabric {

Flows misses();

}  // namespace weft::fabric
