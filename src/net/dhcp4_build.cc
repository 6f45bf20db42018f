#include <algorithm>
#include <array>

#include "net/dhcp4.h"
#include "net/dhcp4_layout.h"
#include "net/wire.h"

namespace weft::net {
namespace {

using namespace dhcp4_layout;
using wire::put;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kLongestOption = 255;
constexpr std::size_t kOverloadOption = 3;  ///< bytes of option 52

/// A part of the message that options go into. Its last byte is kept for the end mark.
struct Room {
  std::size_t size = 0;
  Bytes options = {};
  std::size_t left() const { return size - std::min(size, options.size() + 1); }
};

/// One option of at most 255 bytes.
using Piece = FrameView;

std::vector<Piece> pieces_of(FrameView value) {
  std::vector<Piece> pieces;
  do {
    auto size = std::min(value.size(), kLongestOption);
    pieces.push_back(value.first(size));
    value = value.subspan(size);
  } while (!value.empty());
  return pieces;
}

/// The message's fields for options: the options' own first, then those that are free, in the order in which
/// receivers read them (RFC 3396, 5).
class Rooms {
 public:
  Rooms(const DhcpMessage& message, std::size_t most) {
    rooms_[kOptions].size = most - std::min(most, kFixedSize + 4);
    if (message.boot_file.empty()) rooms_[kFile].size = kFileSize;
    if (message.server_name.empty()) rooms_[kServerName].size = kServerNameSize;
  }

  /// Writes an option, or nothing when there is no room for the whole.
  void add(std::uint8_t code, FrameView value) {
    auto before = rooms_;
    std::size_t at = kOptions;
    for (Piece piece : pieces_of(value)) {
      while (at < rooms_.size() && left(at) < piece.size() + 2) ++at;
      if (at == rooms_.size()) {
        rooms_ = before;
        return;
      }
      put(rooms_[at].options, code, 1);
      put(rooms_[at].options, static_cast<std::uint32_t>(piece.size()), 1);
      put(rooms_[at].options, piece);
    }
  }

  /// Into the message, whose fixed fields are written already.
  void write(Bytes& out) {
    std::uint32_t overloaded = 0;
    for (auto [room, at, bit] :
         {std::tuple(kFile, kFileAt, 1u), std::tuple(kServerName, kServerNameAt, 2u)}) {
      if (rooms_[room].options.empty()) continue;
      overloaded |= bit;
      rooms_[room].options.push_back(kEnd);
      std::ranges::copy(rooms_[room].options, out.begin() + static_cast<std::ptrdiff_t>(at));
    }
    put(out, rooms_[kOptions].options);
    if (overloaded) put(out, dhcp_option::kOverload << 16 | 1 << 8 | overloaded, kOverloadOption);
    out.push_back(kEnd);
  }

 private:
  enum Which : std::size_t { kOptions, kFile, kServerName };

  /// Option 52 itself must fit, in case that it is needed.
  std::size_t left(std::size_t at) const {
    auto left = rooms_[at].left();
    return at == kOptions ? left - std::min(left, kOverloadOption) : left;
  }

  std::array<Room, 3> rooms_;
};

/// Message type, server identifier and lease time first: nothing pushes them out.
std::vector<std::uint8_t> written_order(const DhcpMessage& message, const std::vector<std::uint8_t>& wanted) {
  std::vector<std::uint8_t> order;
  auto add = [&](std::uint8_t code) {
    if (message.find(code) && std::ranges::find(order, code) == order.end()) order.push_back(code);
  };
  for (auto code : {dhcp_option::kMessageType, dhcp_option::kServerId, dhcp_option::kLeaseTime}) add(code);
  std::ranges::for_each(wanted, add);
  for (const auto& [code, value] : message.options) add(code);
  return order;
}

void store_text(Bytes& out, std::size_t at, std::size_t size, const std::string& text) {
  std::copy_n(text.begin(), std::min(size, text.size()), out.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

Bytes build_dhcp(const DhcpMessage& m, const DhcpLayout& layout) {
  Bytes out;
  put(out, m.reply ? kBootReply : kBootRequest, 1);
  put(out, 0x010600, 3);  // Ethernet, six bytes of address, no hops
  put(out, m.xid, 4);
  put(out, m.seconds, 2);
  put(out, m.broadcast ? kBroadcastFlag : 0, 2);
  for (const IpAddress& address : {m.client, m.yours, m.next_server, m.relay}) put(out, address);
  put(out, m.hardware);
  out.resize(kFixedSize);
  store_text(out, kServerNameAt, kServerNameSize, m.server_name);
  store_text(out, kFileAt, kFileSize, m.boot_file);
  put(out, kMagicCookie, 4);
  Rooms rooms(m, layout.most);
  for (auto code : written_order(m, layout.order)) rooms.add(code, *m.find(code));
  rooms.write(out);
  if (out.size() < kMinimumSize) out.resize(kMinimumSize);
  return out;
}

}  // namespace weft::net
