#include "cli/drop_sample.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "cli/json_read.h"

namespace weft::cli {
namespace {

namespace json = boost::json;

fabric::DropSide parse_side(std::string_view direction) {
  if (direction.empty()) return fabric::DropSide::kNeither;
  return direction == "egress" ? fabric::DropSide::kSender : fabric::DropSide::kReceiver;
}

const fabric::DropInfo* find_reason(std::string_view name, fabric::DropSide side) {
  auto found = std::ranges::find_if(fabric::kDrops,
                                    [&](const auto& info) { return info.name == name && info.side == side; });
  return found == fabric::kDrops.end() ? nullptr : &*found;
}

std::optional<net::Frame> parse_hex(std::string_view hex) {
  auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  if (hex.size() % 2 != 0) return std::nullopt;
  net::Frame bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]), low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

Result<DropSample> read_sample(const json::object& object) {
  DropSample sample{
      .time = number_of(object, "time"),
      .node = text_of(object, "node"),
      .reason = find_reason(text_of(object, "reason"), parse_side(text_of(object, "direction"))),
      .network = Uuid::parse(text_of(object, "network")),
      .sender = Uuid::parse(text_of(object, "sender")),
      .receiver = Uuid::parse(text_of(object, "receiver")),
      .interface = text_of(object, "interface"),
      .failure = text_of(object, "failure"),
      .reply = truth_of(object, "reply"),
      .related = truth_of(object, "related")};
  if (!sample.reason) return fail(Errc::kProtocol, "unknown reason \"" + text_of(object, "reason") + '"');
  auto frame = parse_hex(text_of(object, "frame"));
  auto headers = frame ? net::parse_headers(*frame) : std::nullopt;
  if (!headers) return fail(Errc::kProtocol, "a sample without a frame");
  sample.headers = std::move(*headers);
  return sample;
}

}  // namespace

Result<DropLine> parse_drop_line(std::string_view line) {
  boost::system::error_code ec;
  auto parsed = json::parse(json::string_view(line.data(), line.size()), ec);
  if (ec || !parsed.is_object()) return fail(Errc::kProtocol, "a line that is no JSON object");
  const auto& object = parsed.get_object();
  if (object.contains("lost")) return DropLine{.lost = static_cast<std::uint64_t>(number_of(object, "lost"))};
  WEFT_TRY(auto sample, read_sample(object));
  return DropLine{.sample = std::move(sample)};
}

}  // namespace weft::cli
