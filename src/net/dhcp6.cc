#include "net/dhcp6.h"

#include <algorithm>

#include "net/wire.h"

namespace weft::net {
namespace {

namespace option = dhcp6_option;
using wire::number, wire::put;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kMessageHeader = 4, kOptionHeader = 4;
constexpr std::size_t kAssociationHeader = 12, kAddressHeader = 24, kStatusHeader = 2;
constexpr std::size_t kLongestLabel = 63, kLongestName = 255;

void put_option(Bytes& out, std::uint16_t code, FrameView value) {
  put(out, code, 2);
  put(out, static_cast<std::uint32_t>(value.size()), 2);
  put(out, value);
}

/// Calls `take(code, value)` for each option, until it refuses one. False also when lengths lie.
template <typename Take>
bool for_each_option(FrameView data, const Take& take) {
  while (!data.empty()) {
    if (data.size() < kOptionHeader) return false;
    const auto code = static_cast<std::uint16_t>(number(data, 0, 2));
    const std::size_t length = number(data, 2, 2);
    if (length > data.size() - kOptionHeader) return false;
    if (!take(code, data.subspan(kOptionHeader, length))) return false;
    data = data.subspan(kOptionHeader + length);
  }
  return true;
}

bool read_status(FrameView value, std::optional<Dhcp6Status>& status) {
  if (value.size() < kStatusHeader) return false;
  const FrameView text = value.subspan(kStatusHeader);
  status = Dhcp6Status{static_cast<Dhcp6Code>(number(value, 0, 2)), {text.begin(), text.end()}};
  return true;
}

bool read_address(FrameView value, Dhcp6Association& association) {
  if (value.size() < kAddressHeader) return false;
  association.addresses.push_back({wire::ipv6(value, 0), number(value, 16, 4), number(value, 20, 4)});
  // What the client tells of an address's status means nothing to a server.
  return for_each_option(value.subspan(kAddressHeader), [](auto, auto) { return true; });
}

bool read_association(FrameView value, Dhcp6Message& message) {
  if (value.size() < kAssociationHeader) return false;
  Dhcp6Association association{
      .id = number(value, 0, 4), .renew_after = number(value, 4, 4), .rebind_after = number(value, 8, 4)};
  const bool sound = for_each_option(value.subspan(kAssociationHeader), [&](auto code, FrameView inner) {
    if (code == option::kIaAddress) return read_address(inner, association);
    return code != option::kStatus || read_status(inner, association.status);
  });
  if (sound) message.associations.push_back(std::move(association));
  return sound;
}

bool read_option(std::uint16_t code, FrameView value, Dhcp6Message& message) {
  if (code == option::kIaNa) return read_association(value, message);
  if (code == option::kStatus) return read_status(value, message.status);
  message.options.try_emplace(code, value.begin(), value.end());
  return true;
}

Bytes status_bytes(const Dhcp6Status& status) {
  Bytes out;
  put(out, static_cast<std::uint32_t>(status.code), 2);
  out.insert(out.end(), status.text.begin(), status.text.end());
  return out;
}

Bytes address_bytes(const Dhcp6Address& address) {
  Bytes out;
  put(out, address.ip);
  put(out, address.preferred, 4);
  put(out, address.valid, 4);
  return out;
}

Bytes association_bytes(const Dhcp6Association& association) {
  Bytes out;
  for (auto value : {association.id, association.renew_after, association.rebind_after}) put(out, value, 4);
  for (const auto& address : association.addresses)
    put_option(out, option::kIaAddress, address_bytes(address));
  if (association.status) put_option(out, option::kStatus, status_bytes(*association.status));
  return out;
}

bool is_identifier(std::uint16_t code) {
  return code == option::kClientId || code == option::kServerId;
}

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

const Bytes* Dhcp6Message::find(std::uint16_t code) const {
  const auto it = options.find(code);
  return it == options.end() ? nullptr : &it->second;
}

std::vector<std::uint16_t> Dhcp6Message::requested() const {
  std::vector<std::uint16_t> codes;
  const auto* list = find(option::kRequest);
  for (std::size_t at = 0; list && at + 1 < list->size(); at += 2)
    codes.push_back(static_cast<std::uint16_t>(number(*list, at, 2)));
  return codes;
}

Result<Dhcp6Message> parse_dhcp6(FrameView payload) {
  if (payload.size() < kMessageHeader) return fail(Errc::kProtocol, "DHCPv6 message too short");
  const std::uint8_t type = payload[0];
  if (type < static_cast<std::uint8_t>(Dhcp6Type::kSolicit) ||
      type > static_cast<std::uint8_t>(Dhcp6Type::kInformationRequest))
    return fail(Errc::kProtocol, "unknown DHCPv6 message type, or a relay's");
  Dhcp6Message message{.type = static_cast<Dhcp6Type>(type), .transaction = number(payload, 1, 3)};
  const bool sound = for_each_option(payload.subspan(kMessageHeader), [&](auto code, FrameView value) {
    return read_option(code, value, message);
  });
  if (!sound) return fail(Errc::kProtocol, "malformed DHCPv6 options");
  return message;
}

Bytes build_dhcp6(const Dhcp6Message& message) {
  Bytes out = {static_cast<std::uint8_t>(message.type)};
  put(out, message.transaction, 3);
  for (const auto& [code, value] : message.options)
    if (is_identifier(code)) put_option(out, code, value);
  for (const auto& association : message.associations)
    put_option(out, option::kIaNa, association_bytes(association));
  if (message.status) put_option(out, option::kStatus, status_bytes(*message.status));
  for (const auto& [code, value] : message.options)
    if (!is_identifier(code)) put_option(out, code, value);
  return out;
}

Bytes dns_names(const std::vector<std::string>& names) {
  Bytes out;
  for (const auto& name : names) {
    const Bytes labels = name_bytes(name);
    out.insert(out.end(), labels.begin(), labels.end());
  }
  return out;
}

}  // namespace weft::net
