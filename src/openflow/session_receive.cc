// What a session does with what the switch sends.
#include "openflow/session.h"

namespace weft::openflow {

Result<void> Session::receive(ByteView bytes) {
  input_.insert(input_.end(), bytes.begin(), bytes.end());
  std::size_t consumed = 0;
  while (true) {
    ByteView rest = ByteView(input_).subspan(consumed);
    WEFT_TRY(auto header, peek_header(rest));
    if (!header || rest.size() < header->length) break;
    consumed += header->length;
    WEFT_CHECK(handle(*header, rest.subspan(kHeaderSize, header->length - kHeaderSize)));
  }
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(consumed));
  return {};
}

Result<void> Session::handle(const Header& header, ByteView body) {
  if (!greeted_) return handle_hello(header, body);
  if (header.version != kVersion) return weft::fail(Errc::kProtocol, "message of another OpenFlow version");
  switch (header.type) {
    case MessageType::kEchoRequest:
      encode_echo_reply(output_, header.xid, body);
      ++counts_.messages_sent;
      return {};
    case MessageType::kFeaturesReply:
      return handle_features(body);
    case MessageType::kError:
      handle_error(header, body);
      return {};
    case MessageType::kExperimenter:
      return handle_experimenter(body);
    case MessageType::kMultipartReply:
    case MessageType::kBarrierReply:
    case MessageType::kBundleControl:
      return handle_answer(header, body);
    default:
      return {};  // port status and the like: read from the database instead
  }
}

Result<void> Session::handle_hello(const Header& header, ByteView body) {
  if (header.type != MessageType::kHello || !hello_allows_version(header.version, body)) {
    return weft::fail(Errc::kProtocol, "the peer does not offer OpenFlow 1.4");
  }
  greeted_ = true;
  encode_empty(output_, MessageType::kFeaturesRequest, take_xids(1));
  ++counts_.messages_sent;
  return {};
}

Result<void> Session::handle_features(ByteView body) {
  WEFT_TRY(std::uint64_t datapath_id, decode_features_reply(body));
  if (ready_) return {};
  ready_ = true;
  encode_packet_in_settings(output_, take_xids(1));
  counts_.messages_sent += 2;
  events_.ready(datapath_id);
  return {};
}

Result<void> Session::handle_answer(const Header& header, ByteView body) {
  auto it = find_request(header.xid);
  if (it == requests_.end()) return {};        // of a request that was given up
  std::shared_ptr<Request> keep = it->second;  // the answer may erase the request
  return keep->answered(header.type, body);
}

void Session::handle_error(const Header& header, ByteView body) {
  auto it = find_request(header.xid);
  if (it == requests_.end()) return;
  std::shared_ptr<Request> keep = it->second;
  keep->failed(header.xid, body);
}

Result<void> Session::handle_experimenter(ByteView body) {
  WEFT_TRY(auto packet, decode_experimenter(body));
  if (packet && ready_) events_.packet_in(std::move(*packet));
  return {};
}

}  // namespace weft::openflow
