#include "store/store.h"

#include "base/log.h"
#include "store/apply.h"
#include "store/group_commit.h"

namespace weft::store {
namespace {

ovsdb::ClientOptions client_options(const StoreOptions& options) {
  return {.remotes = options.remotes,
          .database = "Weft",
          .monitors = monitors_of(options.scope),
          .private_key = options.private_key,
          .certificate = options.certificate,
          .ca_certificate = options.ca_certificate};
}

}  // namespace

class Store::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::any_io_executor executor, const StoreOptions& options)
      : scope(options.scope),
        client(std::make_shared<ovsdb::Client>(executor, client_options(options))),
        commits(std::make_shared<GroupCommit>(executor, client)) {}

  /// Commits under way keep the client, but not us, alive: hence the weak references.
  void listen() {
    client->on_changes([weak = weak_from_this()](const ovsdb::Changes& rows) {
      if (auto self = weak.lock()) self->apply_rows(rows);
    });
    client->on_state([weak = weak_from_this()](bool synced) {
      auto self = weak.lock();
      if (self && self->state_handler) self->state_handler(synced);
    });
  }

  void apply_rows(const ovsdb::Changes& rows) {
    Applied applied = store::apply_rows(rows, intent);
    malformed->add(applied.malformed);
    if (changes_handler && !applied.changes.empty()) changes_handler(applied.changes);
  }

  Scope scope;
  model::Intent intent;
  std::function<void(const model::IntentChanges&)> changes_handler;
  std::function<void(bool)> state_handler;
  Counter uncounted;
  Counter* malformed = &uncounted;
  std::shared_ptr<ovsdb::Client> client;
  std::shared_ptr<GroupCommit> commits;
};

Store::Store(asio::any_io_executor executor, StoreOptions options)
    : impl_(std::make_shared<Impl>(std::move(executor), options)) {
  impl_->listen();
}

Store::~Store() {
  stop();
}

void Store::on_changes(std::function<void(const model::IntentChanges&)> handler) {
  impl_->changes_handler = std::move(handler);
}

void Store::on_state(std::function<void(bool)> handler) {
  impl_->state_handler = std::move(handler);
}
void Store::start() {
  impl_->client->start();
}
void Store::stop() {
  impl_->client->stop();
}
const model::Intent& Store::intent() const {
  return impl_->intent;
}
bool Store::synced() const {
  return impl_->client->synced();
}
const AddressClaims& Store::claims() const {
  return impl_->commits->claims();
}

Task<void> Store::commit(Write write) {
  return impl_->commits->commit(std::move(write));
}

Task<void> Store::set_interest(Interest interest) {
  return impl_->client->set_conditions(conditions_of(impl_->scope, interest));
}

template <typename T>
Task<std::vector<T>> Store::query(std::vector<ovsdb::Clause> where) {
  ovsdb::Transaction question;
  question.select(table_of<T>(), where, {});
  auto client = impl_->client;
  auto reply = co_await client->transact(question);
  if (!reply) co_return fail(reply.error());
  std::vector<T> found;
  for (const ovsdb::Row& row : reply->rows.at(0)) {
    auto id = row.find("_uuid");
    if (id == row.end()) co_return fail(Errc::kProtocol, "a selected row has no _uuid");
    auto object = from_row<T>(id->second.uuid_or(), row);
    if (object)
      found.push_back(std::move(*object));
    else
      log::warn("store.row_malformed", {{"reason", object.error().message}});
  }
  co_return found;
}

#define WEFT_INSTANTIATE(T) template Task<std::vector<T>> Store::query<T>(std::vector<ovsdb::Clause> where);
WEFT_INSTANTIATE(model::Network)
WEFT_INSTANTIATE(model::Subnet)
WEFT_INSTANTIATE(model::Port)
WEFT_INSTANTIATE(model::Address)
WEFT_INSTANTIATE(model::SecurityGroup)
WEFT_INSTANTIATE(model::SecurityGroupRule)
WEFT_INSTANTIATE(model::GroupMember)
WEFT_INSTANTIATE(model::AddressGroup)
WEFT_INSTANTIATE(model::AddressGroupEntry)
WEFT_INSTANTIATE(model::Binding)
WEFT_INSTANTIATE(model::Node)
WEFT_INSTANTIATE(model::Heartbeat)
#undef WEFT_INSTANTIATE

void Store::export_metrics(Metrics& metrics) {
  impl_->malformed =
      &metrics.counter("weft_store_malformed_rows_total", "Rows of the store that could not be read.");
  impl_->commits->export_metrics(metrics);
  impl_->client->export_metrics(metrics);
}

}  // namespace weft::store
