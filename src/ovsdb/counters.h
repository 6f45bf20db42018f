#pragma once
// What a client counts, as metrics named weft_ovsdb_*{database=...}.

#include <string_view>

#include "base/metrics.h"

namespace weft::ovsdb {

/// Counters that live in a Metrics, which has to live as long.
struct Counters {
  Counters(Metrics& metrics, std::string_view database);

  Counter* connections;
  Counter* messages_sent;
  Counter* messages_received;
  Counter* malformed;
  Counter* updates;
  Counter* full_dumps;
  Counter* transactions;
  Counter* transactions_failed;
};

}  // namespace weft::ovsdb
