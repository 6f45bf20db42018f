#include "net/dhcp4.h"

#include <algorithm>
#include <cstddef>

#include "net/wire.h"

namespace weft::net {
namespace {

using wire::number, wire::put;

constexpr std::size_t kFixedSize = 236;
constexpr std::size_t kServerNameAt = 44, kServerNameSize = 64;
constexpr std::size_t kFileAt = 108, kFileSize = 128;
constexpr std::size_t kMinimumSize = 300;
constexpr std::uint32_t kMagicCookie = 0x63825363;
constexpr std::uint16_t kBroadcastFlag = 0x8000;
constexpr std::uint8_t kPad = 0, kEnd = 255;

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

/// Option 52 says that the file and server name fields carry options too.
bool read_overloaded(FrameView payload, DhcpMessage& message) {
  const auto* overload = message.find(dhcp_option::kOverload);
  if (!overload) return true;
  if (overload->size() != 1) return false;
  std::uint8_t fields = overload->front();
  message.options.erase(dhcp_option::kOverload);
  if ((fields & 1) && !read_options(payload.subspan(kFileAt, kFileSize), message)) return false;
  return !(fields & 2) || read_options(payload.subspan(kServerNameAt, kServerNameSize), message);
}

void put_option(std::vector<std::uint8_t>& out, std::uint8_t code, FrameView value) {
  do {
    std::size_t size = std::min<std::size_t>(value.size(), 255);
    out.push_back(code);
    out.push_back(static_cast<std::uint8_t>(size));
    out.insert(out.end(), value.begin(), value.begin() + static_cast<std::ptrdiff_t>(size));
    value = value.subspan(size);
  } while (!value.empty());
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

Result<DhcpMessage> parse_dhcp(FrameView payload) {
  if (payload.size() < kFixedSize + 4) return fail(Errc::kProtocol, "DHCP message too short");
  if (payload[1] != 1 || payload[2] != 6) return fail(Errc::kProtocol, "DHCP for other than Ethernet");
  if (number(payload, kFixedSize, 4) != kMagicCookie)
    return fail(Errc::kProtocol, "BOOTP without DHCP's cookie");
  DhcpMessage m;
  m.reply = payload[0] == 2;
  m.xid = number(payload, 4, 4);
  m.seconds = static_cast<std::uint16_t>(number(payload, 8, 2));
  m.broadcast = number(payload, 10, 2) & kBroadcastFlag;
  m.client = wire::ipv4(payload, 12);
  m.yours = wire::ipv4(payload, 16);
  m.next_server = wire::ipv4(payload, 20);
  m.relay = wire::ipv4(payload, 24);
  m.hardware = wire::mac(payload, 28);
  if (!read_options(payload.subspan(kFixedSize + 4), m) || !read_overloaded(payload, m)) {
    return fail(Errc::kProtocol, "malformed DHCP options");
  }
  return m;
}

std::vector<std::uint8_t> build_dhcp(const DhcpMessage& m) {
  std::vector<std::uint8_t> out;
  put(out, m.reply ? 2 : 1, 1);
  put(out, 0x010600, 3);  // Ethernet, six bytes of address, no hops
  put(out, m.xid, 4);
  put(out, m.seconds, 2);
  put(out, m.broadcast ? kBroadcastFlag : 0, 2);
  for (const IpAddress& address : {m.client, m.yours, m.next_server, m.relay}) put(out, address);
  put(out, m.hardware);
  out.resize(kFixedSize);
  put(out, kMagicCookie, 4);
  if (const auto* type = m.find(dhcp_option::kMessageType)) put_option(out, dhcp_option::kMessageType, *type);
  for (const auto& [code, value] : m.options) {
    if (code != dhcp_option::kMessageType) put_option(out, code, value);
  }
  out.push_back(kEnd);
  if (out.size() < kMinimumSize) out.resize(kMinimumSize);
  return out;
}

}  // namespace weft::net
