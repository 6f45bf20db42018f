#include "openflow/session.h"

#include <fmt/format.h>

namespace weft::openflow {
namespace {

/// More flows or meters than any bridge of ours holds: a peer that sends more is broken.
constexpr std::size_t kMaxDumped = 4'000'000;

}  // namespace

/// A bundle on its way: filled and closed first, committed only when the switch has accepted every change.
struct Session::Bundle {
  std::uint32_t id = 0;
  std::uint32_t first_add = 0;  ///< xid of changes[0]
  std::vector<FlowMod> changes;
  std::optional<Error> error;  ///< the first that the switch reported
  Done done;

  void note_error(std::uint32_t xid, ByteView body) {
    if (error) return;
    std::string what = error_text(body);
    std::size_t index = xid - first_add;
    if (index < changes.size()) {
      const Flow& flow = changes[index].flow;
      what += fmt::format(" for table={}, {}", flow.key.table, to_text(flow, true));
    }
    error = Error(Errc::kProtocol, "switch refused the bundle: " + what);
  }
  void finish() { done(error ? Result<void>(weft::fail(*error)) : Result<void>()); }
};

Session::Session(Events events) : events_(std::move(events)) {
  encode_hello(output_, take_xids(1));
  ++counts_.messages_sent;
}

std::uint32_t Session::take_xids(std::uint32_t count) {
  if (next_xid_ > UINT32_MAX - count) next_xid_ = 1;
  return std::exchange(next_xid_, next_xid_ + count);
}

Session::Requests::iterator Session::find_request(std::uint32_t xid) {
  auto it = requests_.upper_bound(xid);
  if (it == requests_.begin()) return requests_.end();
  --it;
  return xid <= it->second->last ? it : requests_.end();
}

Session::Request& Session::add_request(std::uint32_t first, std::uint32_t last) {
  auto& slot = requests_[first];
  slot = std::make_shared<Request>();
  slot->last = last;
  return *slot;
}

void Session::apply(std::vector<FlowMod> changes, Done done) {
  if (changes.empty()) return done({});
  auto bundle = std::make_shared<Bundle>();
  auto count = static_cast<std::uint32_t>(changes.size());
  std::uint32_t open = take_xids(count + 2), close = open + count + 1;
  bundle->id = next_bundle_++;
  bundle->first_add = open + 1;
  bundle->done = std::move(done);
  bundle->changes = std::move(changes);

  encode_bundle_control(output_, open, bundle->id, BundleControl::kOpenRequest);
  for (std::uint32_t i = 0; i < count; ++i) {
    encode_bundle_add(output_, bundle->first_add + i, bundle->id, bundle->changes[i]);
  }
  encode_bundle_control(output_, close, bundle->id, BundleControl::kCloseRequest);
  counts_.messages_sent += count + 2;
  counts_.flow_mods_sent += count;

  Request& request = add_request(open, close);
  request.aborted = [bundle](const Error& error) { bundle->done(weft::fail(error)); };
  request.failed = [this, bundle, open, close](std::uint32_t xid, ByteView error) {
    bundle->note_error(xid, error);
    if (xid != close) return;
    requests_.erase(open);
    bundle->finish();
  };
  request.answered = [this, bundle, open](MessageType type, ByteView body) -> Result<void> {
    Reader in(body);
    in.skip(4);
    auto control = static_cast<BundleControl>(in.u16());
    if (type != MessageType::kBundleControl || control != BundleControl::kCloseReply) return {};
    requests_.erase(open);
    commit(bundle);
    return {};
  };
}

void Session::commit(const std::shared_ptr<Bundle>& bundle) {
  std::uint32_t xid = take_xids(1);
  ++counts_.messages_sent;
  if (bundle->error) {
    encode_bundle_control(output_, xid, bundle->id, BundleControl::kDiscardRequest);
    return bundle->finish();
  }
  encode_bundle_control(output_, xid, bundle->id, BundleControl::kCommitRequest);
  // The switch reports a failing change under that change's xid, just before it refuses the commit.
  std::uint32_t first = bundle->first_add;
  Request& changes = add_request(first, first + static_cast<std::uint32_t>(bundle->changes.size()) - 1);
  changes.failed = [bundle](std::uint32_t failed_xid, ByteView error) {
    bundle->note_error(failed_xid, error);
  };
  changes.answered = [](MessageType, ByteView) -> Result<void> { return {}; };
  changes.aborted = [](const Error&) {};

  Request& request = add_request(xid, xid);
  auto finish = [this, bundle, first, xid] {
    requests_.erase(first);
    requests_.erase(xid);
    bundle->finish();
  };
  request.failed = [bundle, finish](std::uint32_t failed_xid, ByteView error) {
    bundle->note_error(failed_xid, error);
    finish();
  };
  request.answered = [finish](MessageType, ByteView) -> Result<void> {
    finish();
    return {};
  };
  request.aborted = [bundle](const Error& error) { bundle->done(weft::fail(error)); };
}

void Session::barrier(Done done) {
  await_barrier(next_xid_, std::move(done));
}

/// Sends a barrier; errors for xids from `first_xid` up to the barrier's fail `done`.
void Session::await_barrier(std::uint32_t first_xid, Done done) {
  std::uint32_t xid = take_xids(1);
  if (first_xid > xid) first_xid = xid;
  encode_empty(output_, MessageType::kBarrierRequest, xid);
  ++counts_.messages_sent;
  auto finish = std::make_shared<Done>(std::move(done));
  Request& request = add_request(first_xid, xid);
  request.aborted = [finish](const Error& error) { (*finish)(weft::fail(error)); };
  request.failed = [this, finish, first_xid](std::uint32_t, ByteView error) {
    requests_.erase(first_xid);
    (*finish)(weft::fail(Errc::kProtocol, "switch refused: " + error_text(error)));
  };
  request.answered = [this, finish, first_xid](MessageType, ByteView) -> Result<void> {
    requests_.erase(first_xid);
    (*finish)({});
    return {};
  };
}

void Session::set_meters(const std::vector<Meter>& meters, Done done) {
  const auto count = static_cast<std::uint32_t>(meters.size());
  std::uint32_t add = take_xids(2 * count), modify = add + count;
  for (std::uint32_t i = 0; i < count; ++i) encode_add_meter(output_, add + i, meters[i]);
  for (std::uint32_t i = 0; i < count; ++i) encode_modify_meter(output_, modify + i, meters[i]);
  counts_.messages_sent += 2 * count;
  // Nobody waits for the additions: that of a meter that exists is refused, and any other refusal makes the
  // modification fail too.
  await_barrier(modify, std::move(done));
}

void Session::delete_meters(const std::vector<std::uint32_t>& ids, Done done) {
  const auto count = static_cast<std::uint32_t>(ids.size());
  std::uint32_t first = take_xids(count);
  for (std::uint32_t i = 0; i < count; ++i) encode_delete_meter(output_, first + i, ids[i]);
  counts_.messages_sent += count;
  await_barrier(first, std::move(done));
}

void Session::flush_zone(std::uint16_t zone, Done done) {
  std::uint32_t xid = take_xids(1);
  encode_flush_zone(output_, xid, zone);
  ++counts_.messages_sent;
  await_barrier(xid, std::move(done));
}

template <typename T, typename Decode>
void Session::collect(std::uint32_t xid, Decode decode, std::function<void(Result<std::vector<T>>)> done) {
  ++counts_.messages_sent;
  auto items = std::make_shared<std::vector<T>>();
  auto finish = std::make_shared<decltype(done)>(std::move(done));
  Request& request = add_request(xid, xid);
  request.aborted = [finish](const Error& error) { (*finish)(weft::fail(error)); };
  request.failed = [this, finish, xid](std::uint32_t, ByteView error) {
    requests_.erase(xid);
    (*finish)(weft::fail(Errc::kProtocol, "switch refused a dump: " + error_text(error)));
  };
  request.answered = [this, finish, items, decode, xid](MessageType type, ByteView body) -> Result<void> {
    if (type != MessageType::kMultipartReply) return {};
    WEFT_TRY(bool more, decode(body, *items));
    if (items->size() > kMaxDumped) return weft::fail(Errc::kProtocol, "endless dump");
    if (more) return {};
    requests_.erase(xid);
    (*finish)(std::move(*items));
    return {};
  };
}

void Session::dump_flows(std::uint8_t table, std::uint64_t cookie, std::uint64_t cookie_mask, Dumped done) {
  std::uint32_t xid = take_xids(1);
  encode_flow_stats_request(output_, xid, table, cookie, cookie_mask);
  auto decode = [this](ByteView body, std::vector<FlowStats>& flows) -> Result<bool> {
    WEFT_TRY(FlowStatsPart part, decode_flow_stats_reply(body));
    counts_.unreadable_flows += part.unreadable;
    std::move(part.flows.begin(), part.flows.end(), std::back_inserter(flows));
    return part.more;
  };
  collect<FlowStats>(xid, decode, std::move(done));
}

void Session::meters(Configured done) {
  std::uint32_t xid = take_xids(1);
  encode_meter_config_request(output_, xid);
  auto decode = [](ByteView body, std::vector<Meter>& meters) -> Result<bool> {
    WEFT_TRY(MeterConfigPart part, decode_meter_config_reply(body));
    meters.insert(meters.end(), part.meters.begin(), part.meters.end());
    return part.more;
  };
  collect<Meter>(xid, decode, std::move(done));
}

void Session::meter_stats(Metered done) {
  std::uint32_t xid = take_xids(1);
  encode_meter_stats_request(output_, xid);
  auto decode = [](ByteView body, std::vector<MeterStats>& meters) -> Result<bool> {
    WEFT_TRY(MeterStatsPart part, decode_meter_stats_reply(body));
    meters.insert(meters.end(), part.meters.begin(), part.meters.end());
    return part.more;
  };
  collect<MeterStats>(xid, decode, std::move(done));
}

void Session::packet_out(ByteView frame, std::uint32_t in_port, const std::vector<Action>& actions) {
  encode_packet_out(output_, take_xids(1), frame, in_port, actions);
  ++counts_.messages_sent;
}

void Session::probe() {
  encode_empty(output_, MessageType::kEchoRequest, take_xids(1));
  ++counts_.messages_sent;
}

void Session::fail(const Error& error) {
  for (auto& [first, request] : std::exchange(requests_, {})) request->aborted(error);
}

}  // namespace weft::openflow
