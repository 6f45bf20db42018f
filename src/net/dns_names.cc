#include "net/dns_names.h"

#include <algorithm>
#include <string_view>

namespace weft::net {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kLongestLabel = 63, kLongestName = 255;

/// The labels of a name; nothing when one is too long or empty.
Bytes name_bytes(std::string_view name) {
  Bytes out;
  if (name.ends_with('.')) name.remove_suffix(1);
  while (!name.empty()) {
    const auto label = name.substr(0, name.find('.'));
    if (label.empty() || label.size() > kLongestLabel) return {};
    out.push_back(static_cast<std::uint8_t>(label.size()));
    out.insert(out.end(), label.begin(), label.end());
    name.remove_prefix(std::min(label.size() + 1, name.size()));
  }
  if (!out.empty()) out.push_back(0);
  return out.size() <= kLongestName ? out : Bytes();
}

}  // namespace

Bytes dns_names(const std::vector<std::string>& names) {
  Bytes out;
  for (const auto& name : names) {
    const Bytes labels = name_bytes(name);
    out.insert(out.end(), labels.begin(), labels.end());
  }
  return out;
}

}  // namespace weft::net
