#pragma once
// The Networking API v2.0: from an HTTP request to a resource's operation and back. Knows no sockets.

#include "base/metrics.h"
#include "neutron/resource.h"

namespace weft::neutron {

class Api {
 public:
  Api(const Services& services, std::unique_ptr<Authenticator> authenticator);

  /// Answers one request. The Api must outlive the coroutine.
  asio::awaitable<http::Response> handle(http::Request request);
  /// Requests by method and class of status.
  void export_metrics(Metrics& metrics) { metrics_ = &metrics; }

 private:
  /// A request on its way through.
  struct Call {
    http::Request request;
    Context context;
    std::vector<std::string> path;  ///< the segments after "v2.0"
    Resource* resource = nullptr;
    Uuid id;
  };

  Task<http::Response> answer(http::Request request);
  Task<http::Response> answer_resource(Call call);
  Task<http::Response> answer_collection(Call call);
  Task<http::Response> answer_object(Call call);
  Task<http::Response> answer_action(Call call);
  Task<http::Response> answer_tags(Call call);
  Task<http::Response> create(Call call);
  Task<http::Response> update(Call call);
  Task<http::Response> remove(Call call);
  Task<http::Response> change_tags(Call call);
  Result<http::Response> discover(const http::Request& request, const std::vector<std::string>& path) const;
  Result<http::Response> list(const Call& call) const;
  Result<http::Response> show(const Call& call, int status) const;
  void count(const std::string& method, int status);

  store::Store& store_;
  std::unique_ptr<Authenticator> authenticator_;
  std::vector<std::unique_ptr<Resource>> resources_;
  Metrics* metrics_ = nullptr;
  bool ever_synced_ = false;
};

}  // namespace weft::neutron
