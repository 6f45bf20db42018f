#include "store/schema.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <charconv>

namespace weft::store {
namespace {

/// "version" of a schema's JSON text; empty when it has none.
std::string version_of(std::string_view schema) {
  boost::system::error_code ec;
  auto json = boost::json::parse(boost::json::string_view(schema.data(), schema.size()), ec);
  const auto* object = ec ? nullptr : json.if_object();
  const auto* version = object ? object->if_contains("version") : nullptr;
  return version && version->is_string() ? std::string(version->get_string()) : std::string();
}

struct Version {
  int major = -1;
  int minor = -1;
};

Version parse_version(std::string_view text) {
  Version version;
  const char* end = text.data() + text.size();
  auto major = std::from_chars(text.data(), end, version.major);
  if (major.ptr != end) std::from_chars(major.ptr + 1, end, version.minor);
  return version;
}

}  // namespace

std::string schema_version() {
  return version_of(schema_text());
}

Result<void> check_schema_version(std::string_view ours, std::string_view theirs) {
  Version want = parse_version(ours), have = parse_version(theirs);
  if (have.major == want.major && have.minor >= want.minor) return {};
  const char* remedy = have.major > want.major
                           ? "upgrade this program"
                           : "upgrade the database: ovsdb-client convert REMOTE weft.ovsschema";
  return fail(Errc::kInvalid, fmt::format("the store has schema version {}, this program needs {}: {}",
                                          theirs.empty() ? "(none)" : theirs, ours, remedy));
}

Task<void> check_schema(asio::any_io_executor executor, StoreOptions options) {
  ovsdb::ClientOptions server{.remotes = options.remotes,
                              .database = "_Server",
                              .private_key = options.private_key,
                              .certificate = options.certificate,
                              .ca_certificate = options.ca_certificate};
  ovsdb::Client client(executor, server);
  asio::steady_timer connected(executor, asio::steady_timer::time_point::max());
  client.on_state([&connected](bool synced) {
    if (synced) connected.cancel();
  });
  client.start();
  co_await connected.async_wait(use_tuple);
  ovsdb::Transaction question;
  std::vector<ovsdb::Clause> weft_database{{"name", "==", ovsdb::Datum("Weft")}};
  question.select("Database", weft_database, {"schema"});
  auto reply = co_await client.transact(question);
  client.stop();
  if (!reply) co_return fail(reply.error());
  const auto& rows = reply->rows.at(0);
  if (rows.empty()) {
    co_return fail(
        Errc::kNotFound,
        "the store's server has no database Weft: make one with ovsdb-tool create FILE weft.ovsschema");
  }
  auto schema = rows.front().find("schema");
  std::string theirs = schema == rows.front().end() ? std::string() : version_of(schema->second.string_or());
  co_return check_schema_version(schema_version(), theirs);
}

}  // namespace weft::store
