#pragma once
// The intent, read once from the store.

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/intent.h"

namespace weft::cli {

class Snapshot {
 public:
  /// Connects, reads everything, heartbeats too, and stays readable as long as this lives.
  /// Errors: kTimeout naming the remotes when nobody answers.
  static Result<std::unique_ptr<Snapshot>> read(std::vector<std::string> remotes,
                                                std::chrono::milliseconds within);
  virtual ~Snapshot() = default;
  virtual const model::Intent& intent() const = 0;
  /// While somebody runs it, the intent follows the store.
  virtual boost::asio::io_context& context() = 0;
};

}  // namespace weft::cli
