// Any bytes as a frame: read as far as they go, and told in one line.
#include <cstdlib>

#include "net/headers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft::net;
  auto headers = parse_headers(FrameView(data, size));
  if (!headers) return 0;
  if (to_text(*headers).find('\n') != std::string::npos) std::abort();
  // What a longer frame says of its headers, its first bytes do not contradict.
  auto shorter = parse_headers(FrameView(data, size - size / 4));
  if (shorter && shorter->source != headers->source) std::abort();
  return 0;
}
