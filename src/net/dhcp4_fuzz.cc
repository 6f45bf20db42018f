// Any bytes as a frame and as a DHCP payload: parsed or refused; what is parsed survives building and
// parsing.
#include <cstdlib>

#include "net/dhcp4.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft::net;
  FrameView bytes(data, size);
  (void)parse_arp(bytes);
  auto udp = parse_udp(bytes);
  auto message = parse_dhcp(udp ? udp->payload : bytes);
  if (!message) return 0;
  auto again = parse_dhcp(build_dhcp(*message));
  if (!again || *again != *message) std::abort();
  return 0;
}
