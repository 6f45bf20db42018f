// Bytes of an ovsdb-server, cut in two pieces somewhere, against framing, session and replica.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ovsdb/json_rpc.h"
#include "ovsdb/session.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft::ovsdb;
  TableMonitor table;
  table.table = "Port";
  SessionOptions options;
  options.database = "Test";
  options.monitors = {table};
  options.check_server = size % 2 == 1;
  Session session(options);
  session.connected();
  session.lock("main", [](bool) {});
  // The script may answer the requests in order: 1 get_schema, 2 monitor_cond_since, 3 lock, 4 transact, ...
  session.on_state([&session](bool synced) {
    if (!synced) return;
    Transaction transaction;
    transaction.assert_lock("main");
    session.transact(std::move(transaction), [](const weft::Result<TransactionReply>&) {});
    session.set_conditions({{"Port", {}}}, [](const weft::Result<void>&) {});
  });
  MessageStream stream(1 << 20);
  const MessageStream::Sink sink = [&session](const boost::json::value& m) { return session.receive(m); };
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto fed = stream.feed(bytes.substr(0, size / 2), sink);
  if (fed) fed = stream.feed(bytes.substr(size / 2), sink);
  session.disconnected("end");
  return 0;
}
