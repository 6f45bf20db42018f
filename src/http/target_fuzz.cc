#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/target.h"

// Whatever is accepted must come out the same after encoding and decoding it again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto target = weft::http::parse_target({reinterpret_cast<const char*>(data), size});
  if (!target) return 0;
  for (const auto& [name, value] : target->query) {
    auto again =
        weft::http::parse_query(weft::http::percent_encode(name) + "=" + weft::http::percent_encode(value));
    if (!again || again->size() != 1 || again->front() != std::pair(name, value)) std::abort();
  }
  return 0;
}
