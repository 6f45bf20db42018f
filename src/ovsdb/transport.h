#pragma once
// A byte stream to an ovsdb-server: Unix socket, TCP or TLS.

#include <boost/asio/buffer.hpp>
#include <memory>
#include <string>

#include "base/asio.h"
#include "ovsdb/remote.h"

namespace weft::ovsdb {

/// PEM files for ssl: remotes.
struct TlsFiles {
  std::string private_key, certificate, ca_certificate;
};

class Transport {
 public:
  virtual ~Transport() = default;
  /// Connects, and shakes hands where there is TLS.
  virtual Task<void> connect() = 0;
  virtual Task<std::size_t> read_some(asio::mutable_buffer into) = 0;
  /// Writes all of it. The bytes must stay where they are until this returns.
  virtual Task<void> write(asio::const_buffer bytes) = 0;
  /// Ends whatever is under way with an error.
  virtual void close() = 0;
};

/// A transport that is not yet connected. Errors: kInvalid for an address or PEM files that can't be used.
Result<std::shared_ptr<Transport>> make_transport(asio::any_io_executor executor, const Remote& remote,
                                                  const TlsFiles& files);

}  // namespace weft::ovsdb
