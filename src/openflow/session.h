#pragma once
// One switch's conversation as a state machine: bytes in, bytes and answers out. No I/O and no clock, so that
// tests and fuzzers drive it as the socket does.

#include <functional>
#include <map>
#include <memory>

#include "openflow/message_codec.h"

namespace weft::openflow {

class Session {
 public:
  using Done = std::function<void(Result<void>)>;
  using Dumped = std::function<void(Result<std::vector<FlowStats>>)>;
  using Configured = std::function<void(Result<std::vector<Meter>>)>;
  using Metered = std::function<void(Result<std::vector<MeterStats>>)>;
  struct Events {
    std::function<void(std::uint64_t datapath_id)> ready;  ///< HELLO, FEATURES and settings are through
    std::function<void(PacketIn)> packet_in;
  };
  struct Counts {
    std::uint64_t messages_sent = 0;
    std::uint64_t flow_mods_sent = 0;
    std::uint64_t unreadable_flows = 0;
  };

  /// Says HELLO.
  explicit Session(Events events);

  /// Takes bytes as they come. An error (kProtocol) ends the conversation: close the connection, then call
  /// fail().
  Result<void> receive(ByteView bytes);
  /// What is to be written; empty when nothing is.
  Bytes take_output() { return std::exchange(output_, {}); }
  bool has_output() const { return !output_.empty(); }

  void apply(std::vector<FlowMod> changes, Done done);
  void barrier(Done done);
  void dump_flows(std::uint8_t table, std::uint64_t cookie, std::uint64_t cookie_mask, Dumped done);
  void packet_out(ByteView frame, std::uint32_t in_port, const std::vector<Action>& actions);
  /// Adds the meters, or changes those of their ids.
  void set_meters(const std::vector<Meter>& meters, Done done);
  void delete_meters(const std::vector<std::uint32_t>& ids, Done done);
  void meters(Configured done);
  void meter_stats(Metered done);
  void flush_zone(std::uint16_t zone, Done done);
  /// Asks the switch for a sign of life.
  void probe();
  /// Ends everything that waits for an answer.
  void fail(const Error& error);

  const Counts& counts() const { return counts_; }

 private:
  struct Bundle;
  /// What waits for an answer: the switch's errors for xids [first, last] go to `failed`.
  struct Request {
    std::uint32_t last = 0;
    std::function<void(std::uint32_t xid, ByteView error)> failed;
    std::function<Result<void>(MessageType type, ByteView body)> answered;
    std::function<void(const Error&)> aborted;
  };
  using Requests = std::map<std::uint32_t, std::shared_ptr<Request>>;  // by first xid

  std::uint32_t take_xids(std::uint32_t count);
  Requests::iterator find_request(std::uint32_t xid);
  Request& add_request(std::uint32_t first, std::uint32_t last);
  void await_barrier(std::uint32_t first_xid, Done done);
  void commit(const std::shared_ptr<Bundle>& bundle);

  /// Waits for all parts of a multipart reply: decode(body, items) adds what a part tells of and says whether
  /// there is more.
  template <typename T, typename Decode>
  void collect(std::uint32_t xid, Decode decode, std::function<void(Result<std::vector<T>>)> done);

  Result<void> handle(const Header& header, ByteView body);
  Result<void> handle_hello(const Header& header, ByteView body);
  Result<void> handle_features(ByteView body);
  Result<void> handle_answer(const Header& header, ByteView body);
  void handle_error(const Header& header, ByteView body);
  Result<void> handle_experimenter(ByteView body);

  Events events_;
  Counts counts_;
  Bytes input_;
  Bytes output_;
  Requests requests_;
  std::uint32_t next_xid_ = 1;
  std::uint32_t next_bundle_ = 1;
  bool greeted_ = false;
  bool ready_ = false;
};

}  // namespace weft::openflow
