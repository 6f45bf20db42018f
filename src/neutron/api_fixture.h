#pragma once
// For tests: two weftd on a real ovsdb-server, in one process, and requests to them.

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>

#include "http/target.h"
#include "neutron/api.h"
#include "store/local_server.h"

namespace weft::neutron {

/// One weftd: a store client and the API on it.
struct Instance {
  Instance(asio::io_context& context, const std::string& remote)
      : store(context.get_executor(), options(remote)),
        api(Services{store}, std::make_unique<NoAuthenticator>("project-a")) {
    store.start();
  }
  static store::StoreOptions options(const std::string& remote) {
    store::StoreOptions options;
    options.remotes = {remote};
    options.scope.heartbeats = true;
    return options;
  }
  store::Store store;
  Api api;
};

/// Everyone is a member of project-a and no more.
class MemberAuthenticator : public Authenticator {
 public:
  Task<Context> authenticate(const Headers&) override {
    Context context;
    context.project_id = "project-a";
    co_return context;
  }
};

struct Answer {
  int status = 0;
  json::object body;
  std::string error_type() const {
    const auto* error = body.if_contains("NeutronError");
    return error ? std::string(error->at("type").as_string()) : "";
  }
};

class NeutronApi : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::path(testing::TempDir()) / ("weft-api-" + std::to_string(getpid()));
    auto started = store::LocalServer::start(context_.get_executor(), {directory_, {}});
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
    first_ = std::make_unique<Instance>(context_, server_->remote());
    second_ = std::make_unique<Instance>(context_, server_->remote());
    run_until([this] { return first_->store.synced() && second_->store.synced(); });
  }
  void TearDown() override {
    first_.reset();
    second_.reset();
    if (server_) server_->stop();
    std::filesystem::remove_all(directory_);
  }

  template <typename Done>
  void run_until(const Done& done) {
    while (!done())
      ASSERT_GT(context_.run_one_for(std::chrono::seconds(20)), 0u) << "nothing happens any more";
  }

  /// Starts a request; the answer is there when its status is not 0.
  std::shared_ptr<Answer> send(Instance& instance, const std::string& method, const std::string& target,
                               const std::string& body = {}, const Headers& headers = {}) {
    return send(instance.api, method, target, body, headers);
  }
  std::shared_ptr<Answer> send(Api& api, const std::string& method, const std::string& target,
                               const std::string& body = {}, const Headers& headers = {}) {
    auto parsed = http::parse_target("/v2.0" + target);
    http::Request request{method, parsed->path, parsed->query, headers, body};
    auto answer = std::make_shared<Answer>();
    asio::co_spawn(context_, api.handle(std::move(request)),
                   [answer](std::exception_ptr fault, http::Response r) {
                     answer->status = fault ? -1 : r.status;
                     if (!r.body.empty()) answer->body = json::parse(r.body).as_object();
                   });
    return answer;
  }
  Answer call(const std::string& method, const std::string& target, const std::string& body = {},
              const Headers& headers = {}) {
    auto answer = send(*first_, method, target, body, headers);
    run_until([&] { return answer->status != 0; });
    return *answer;
  }
  /// "409 MacAddressInUse"
  std::string outcome(const std::string& method, const std::string& target, const std::string& body = {},
                      const Headers& headers = {}) {
    auto answer = call(method, target, body, headers);
    auto type = answer.error_type();
    return std::to_string(answer.status) + (type.empty() ? "" : " " + type);
  }
  /// Creates one object and returns its id.
  std::string make(const std::string& path, const std::string& name, const std::string& attributes) {
    auto answer = call("POST", path, "{\"" + name + "\": {" + attributes + "}}");
    EXPECT_EQ(answer.status, 201) << json::serialize(answer.body);
    return answer.status == 201 ? std::string(answer.body.at(name).at("id").as_string()) : std::string();
  }
  std::string make_network() { return make("/networks", "network", R"("name": "n")"); }
  std::string make_subnet(const std::string& network, const std::string& cidr = "10.7.0.0/24") {
    return make("/subnets", "subnet",
                R"("ip_version": 4, "cidr": ")" + cidr + R"(", "network_id": ")" + network + '"');
  }
  std::string port_body(const std::string& network, const std::string& rest = {}) {
    return R"({"port": {"network_id": ")" + network + '"' + (rest.empty() ? "" : ", " + rest) + "}}";
  }
  std::size_t count(const std::string& path, const std::string& collection) {
    return call("GET", path).body.at(collection).as_array().size();
  }

  asio::io_context context_;
  std::filesystem::path directory_;
  std::unique_ptr<store::LocalServer> server_;
  std::unique_ptr<Instance> first_, second_;
};

}  // namespace weft::neutron
