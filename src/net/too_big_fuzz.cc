// Any bytes as a frame that is too big: answered or not.
#include "net/too_big.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  const net::TooBigSender sender{MacAddress::from_u64(0x020000000001), IpAddress::v4(0x0a0000fe)};
  (void)net::too_big_answer({data, size}, 1450, {&sender, 1});
  return 0;
}
