#include "ipam/network_mtu.h"

namespace weft::ipam {

int largest_mtu(model::Encapsulation encapsulation, int underlay_mtu, IpVersion overlay) {
  return underlay_mtu - model::overhead(encapsulation, overlay);
}

int smallest_mtu(IpVersion version) {
  return version == IpVersion::kV4 ? 68 : 1280;
}

Result<void> check_mtu_for(IpVersion subnet, const model::Network& network) {
  const int least = smallest_mtu(subnet);
  if (network.mtu >= least) return {};
  return fail(Errc::kConflict,
              "MTU of " + network.id.to_string() + " is not valid, subnet requires a minimum of " +
                  std::to_string(least),
              "NetworkMTUSubnetConflict");
}

}  // namespace weft::ipam
