#include "agent/refusals.h"

namespace weft::agent {

void Refusals::add(fabric::Drop reason, const Uuid& port, std::uint64_t bytes) {
  auto& count = counts_[{reason, port}];
  ++count.packets;
  count.bytes += bytes;
}

void Refusals::keep(const std::set<Uuid>& ports) {
  std::erase_if(counts_, [&](const auto& entry) { return !ports.contains(entry.first.second); });
}

}  // namespace weft::agent
