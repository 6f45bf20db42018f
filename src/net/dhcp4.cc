#include "net/dhcp4.h"

#include <algorithm>
#include <cstddef>

#include "net/dhcp4_layout.h"
#include "net/wire.h"

namespace weft::net {
namespace {

using wire::number, wire::put;

using namespace dhcp4_layout;

/// Adds a field's options; repeated ones are joined (RFC 3396).
bool read_options(FrameView data, DhcpMessage& message) {
  std::size_t at = 0;
  while (at < data.size()) {
    std::uint8_t code = data[at++];
    if (code == kPad) continue;
    if (code == kEnd) return true;
    if (at >= data.size()) return false;
    std::size_t length = data[at++];
    if (length > data.size() - at) return false;
    FrameView value = data.subspan(at, length);
    auto& stored = message.options[code];
    stored.insert(stored.end(), value.begin(), value.end());
    at += length;
  }
  return true;  // clients exist that leave the end mark out
}

/// Option 52 says whether the fields of file (1) and server name (2) carry options too.
std::optional<unsigned> overloaded_fields(DhcpMessage& message) {
  const auto* overload = message.find(dhcp_option::kOverload);
  if (!overload) return 0;
  if (overload->size() != 1 || overload->front() > 3) return std::nullopt;
  unsigned fields = overload->front();
  message.options.erase(dhcp_option::kOverload);
  return fields;
}

/// A field as a text, which ends with its first zero.
std::string text_in(FrameView field) {
  return {field.begin(), std::find(field.begin(), field.end(), 0)};
}

bool read_fields(FrameView payload, DhcpMessage& message) {
  auto overloaded = overloaded_fields(message);
  if (!overloaded) return false;
  FrameView file = payload.subspan(kFileAt, kFileSize);
  FrameView server_name = payload.subspan(kServerNameAt, kServerNameSize);
  if (!(*overloaded & 1)) message.boot_file = text_in(file);
  if (!(*overloaded & 2)) message.server_name = text_in(server_name);
  if ((*overloaded & 1) && !read_options(file, message)) return false;
  if ((*overloaded & 2) && !read_options(server_name, message)) return false;
  message.options.erase(dhcp_option::kOverload);  // means nothing inside an overloaded field
  return true;
}

}  // namespace

const std::vector<std::uint8_t>* DhcpMessage::find(std::uint8_t option) const {
  auto it = options.find(option);
  return it == options.end() ? nullptr : &it->second;
}

std::optional<IpAddress> DhcpMessage::address(std::uint8_t option) const {
  const auto* value = find(option);
  if (!value || value->size() != 4) return std::nullopt;
  return wire::ipv4(*value, 0);
}

std::optional<DhcpType> DhcpMessage::type() const {
  const auto* value = find(dhcp_option::kMessageType);
  if (!value || value->size() != 1 || value->front() < 1 || value->front() > 8) return std::nullopt;
  return static_cast<DhcpType>(value->front());
}

void DhcpMessage::set(std::uint8_t option, const IpAddress& address) {
  set_number(option, address.to_u32(), 4);
}

void DhcpMessage::set_number(std::uint8_t option, std::uint32_t value, int bytes) {
  auto& stored = options[option];
  stored.clear();
  put(stored, value, bytes);
}

void put_destination(std::vector<std::uint8_t>& out, const IpPrefix& destination) {
  out.push_back(static_cast<std::uint8_t>(destination.length()));
  put(out, FrameView(destination.address().bytes())
               .first(static_cast<std::size_t>((destination.length() + 7) / 8)));
}

Result<DhcpMessage> parse_dhcp(FrameView payload) {
  if (payload.size() < kFixedSize + 4) return fail(Errc::kProtocol, "DHCP message too short");
  if (payload[0] != kBootRequest && payload[0] != kBootReply)
    return fail(Errc::kProtocol, "neither request nor reply");
  if (payload[1] != 1 || payload[2] != 6) return fail(Errc::kProtocol, "DHCP for other than Ethernet");
  if (number(payload, kFixedSize, 4) != kMagicCookie)
    return fail(Errc::kProtocol, "BOOTP without DHCP's cookie");
  DhcpMessage m;
  m.reply = payload[0] == kBootReply;
  m.xid = number(payload, 4, 4);
  m.seconds = static_cast<std::uint16_t>(number(payload, 8, 2));
  m.broadcast = number(payload, 10, 2) & kBroadcastFlag;
  m.client = wire::ipv4(payload, 12);
  m.yours = wire::ipv4(payload, 16);
  m.next_server = wire::ipv4(payload, 20);
  m.relay = wire::ipv4(payload, 24);
  m.hardware = wire::mac(payload, 28);
  if (!read_options(payload.subspan(kFixedSize + 4), m) || !read_fields(payload, m)) {
    return fail(Errc::kProtocol, "malformed DHCP options");
  }
  return m;
}

}  // namespace weft::net
