// Any bytes as a frame: a router solicitation, or refused.
#include "net/router_discovery.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)weft::net::parse_router_solicitation({data, size});
  return 0;
}
