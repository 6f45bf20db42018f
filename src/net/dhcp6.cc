#include "net/dhcp6.h"

#include <algorithm>

#include "net/wire.h"

namespace weft::net {
namespace {

namespace option = dhcp6_option;
using wire::number, wire::put;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kMessageHeader = 4, kOptionHeader = 4;
constexpr std::size_t kAssociationHeader = 12, kTemporaryHeader = 4, kAddressHeader = 24, kStatusHeader = 2;

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

bool is_association(std::uint16_t code) {
  return code == option::kIaNa || code == option::kIaTa || code == option::kIaPd;
}

bool read_association(Dhcp6Association::Kind kind, FrameView value, Dhcp6Message& message) {
  const bool temporary = kind == Dhcp6Association::Kind::kTemporary;
  const std::size_t header = temporary ? kTemporaryHeader : kAssociationHeader;
  if (value.size() < header) return false;
  Dhcp6Association association{.kind = kind, .id = number(value, 0, 4)};
  if (!temporary) {
    association.renew_after = number(value, 4, 4);
    association.rebind_after = number(value, 8, 4);
  }
  const bool sound = for_each_option(value.subspan(header), [&](auto code, FrameView inner) {
    if (code == option::kIaAddress) return read_address(inner, association);
    return code != option::kStatus || read_status(inner, association.status);
  });
  if (sound) message.associations.push_back(std::move(association));
  return sound;
}

bool read_option(std::uint16_t code, FrameView value, Dhcp6Message& message) {
  if (is_association(code))
    return read_association(static_cast<Dhcp6Association::Kind>(code), value, message);
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
  put(out, association.id, 4);
  if (association.kind != Dhcp6Association::Kind::kTemporary) {
    put(out, association.renew_after, 4);
    put(out, association.rebind_after, 4);
  }
  for (const auto& address : association.addresses)
    put_option(out, option::kIaAddress, address_bytes(address));
  if (association.status) put_option(out, option::kStatus, status_bytes(*association.status));
  return out;
}

bool is_identifier(std::uint16_t code) {
  return code == option::kClientId || code == option::kServerId;
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
    put_option(out, static_cast<std::uint16_t>(association.kind), association_bytes(association));
  if (message.status) put_option(out, option::kStatus, status_bytes(*message.status));
  for (const auto& [code, value] : message.options)
    if (!is_identifier(code)) put_option(out, code, value);
  return out;
}

}  // namespace weft::net
