// Any bytes as network configuration, CNI_ARGS and agent request: parsed or refused, never more than that;
// what was accepted survives the way to the agent.
#include <cstdint>
#include <cstdlib>

#include "cni/config.h"
#include "cni/protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft::cni;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto args = parse_args(text);
  if (!args) args.emplace();
  (void)version_of(text);
  (void)parse_attachment(text);
  auto config = parse_config(text);
  if (!config) return error_json(version_of(text), config.error()).empty() ? 1 : 0;
  Environment environment{
      .command = Command::kAdd, .container_id = "c", .netns = "/n", .ifname = "eth0", .args = *args};
  auto attachment = make_attachment(*config, environment);
  if (!attachment) return 0;
  auto again = parse_attachment(attachment_json(*attachment));
  if (!again || again->config.network != attachment->config.network) std::abort();
  return 0;
}
