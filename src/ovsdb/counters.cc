#include "ovsdb/counters.h"

namespace weft::ovsdb {

Counters::Counters(Metrics& metrics, std::string_view database) {
  Labels labels{{"database", std::string(database)}};
  auto counter = [&](std::string_view name, std::string_view help) {
    return &metrics.counter(name, help, labels);
  };
  connections = counter("weft_ovsdb_connections_total", "Connections made to an ovsdb-server.");
  messages_sent = counter("weft_ovsdb_messages_sent_total", "Messages sent to ovsdb-server.");
  messages_received = counter("weft_ovsdb_messages_received_total", "Messages received from ovsdb-server.");
  malformed =
      counter("weft_ovsdb_malformed_total", "Connections dropped because the server broke the protocol.");
  updates = counter("weft_ovsdb_updates_total", "Update notifications applied to the replica.");
  full_dumps = counter("weft_ovsdb_full_dumps_total", "Times that the server could not resume the monitor.");
  transactions = counter("weft_ovsdb_transactions_total", "Transactions sent.");
  transactions_failed = counter("weft_ovsdb_transactions_failed_total", "Transactions refused or lost.");
}

}  // namespace weft::ovsdb
