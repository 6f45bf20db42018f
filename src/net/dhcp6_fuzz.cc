// Any bytes as a DHCPv6 payload: parsed or refused; what is parsed survives building and parsing.
#include <cstdlib>

#include "net/dhcp6.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft::net;
  const auto message = parse_dhcp6({data, size});
  if (!message) return 0;
  (void)message->requested();
  const auto again = parse_dhcp6(build_dhcp6(*message));
  if (!again || *again != *message) std::abort();
  return 0;
}
