#pragma once
// Who asks: made once per request by an Authenticator and passed on explicitly.

#include <map>
#include <string>

#include "base/asio.h"

namespace weft::neutron {

struct Context {
  std::string project_id;
  bool admin = false;
};

using Headers = std::map<std::string, std::string>;

/// Turns a request's headers into a Context: the seam for Keystone.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Errors: kForbidden, kInvalid, kUnavailable. `headers` outlive the call.
  virtual Task<Context> authenticate(const Headers& headers) = 0;
};

/// Auth mode "none": everyone is admin of the project named by X-Project-Id (or X-Tenant-Id), else of the
/// default one.
class NoAuthenticator : public Authenticator {
 public:
  explicit NoAuthenticator(std::string default_project) : default_project_(std::move(default_project)) {}
  Task<Context> authenticate(const Headers& headers) override;

 private:
  std::string default_project_;
};

}  // namespace weft::neutron
