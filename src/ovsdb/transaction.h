#pragma once
// Builder of one OVSDB transaction (RFC 7047, section 5.2) and its outcome.

#include <boost/json/array.hpp>

#include "ovsdb/value.h"

namespace weft::ovsdb {

/// One clause of a condition: [column, function, value].
struct Clause {
  std::string column;
  std::string function;  ///< "==", "!=", "includes", "excludes", "<", "<=", ">", ">="
  Datum value;
  bool operator==(const Clause&) const = default;
};

/// The clauses as the protocol writes them.
boost::json::array to_json(const std::vector<Clause>& where);

class Transaction {
 public:
  /// Inserts a row under a UUID of the caller's choice (ovsdb-server(7)'s extension of "insert").
  void insert(std::string_view table, const Uuid& id, const Row& row);
  /// Updates the given columns of one row. A row that is gone is silently skipped, unless `must_exist`,
  /// which fails the whole transaction (outcome: Errc::kConflict) and is an operation of its own before the
  /// update.
  void update(std::string_view table, const Uuid& id, const Row& columns, bool must_exist = true);
  void remove(std::string_view table, const Uuid& id);
  /// Adds to or removes from a set or map column: mutator "insert" or "delete"; "+=" for integers.
  void mutate(std::string_view table, const Uuid& id, std::string_view column, std::string_view mutator,
              const Datum& value);
  /// The transaction only commits while these columns of the row have these values (op "wait", timeout 0).
  void wait(std::string_view table, const Uuid& id, const Row& columns);
  /// The transaction only commits while no row of the table matches.
  void wait_for_none(std::string_view table, const std::vector<Clause>& where);
  /// The transaction only commits while the matching rows have exactly these values in a column, in any
  /// order.
  void wait_for_values(std::string_view table, const std::vector<Clause>& where, std::string_view column,
                       const std::vector<Datum>& values);
  void select(std::string_view table, const std::vector<Clause>& where,
              const std::vector<std::string>& columns);
  /// fails unless the client holds this lock (op "assert")
  void assert_lock(std::string_view lock);
  /// The reply waits until the commit is on disk (op "commit", durable).
  void make_durable();

  bool empty() const { return size_ == 0; }
  /// The number of operations.
  std::size_t size() const { return size_; }
  /// The operations as JSON, with commas between them.
  const std::string& text() const { return text_; }
  /// Appends all operations of another transaction: both commit or neither.
  void append(const Transaction& other);

 private:
  std::string& begin(std::string_view op);
  std::string& begin(std::string_view op, std::string_view table);
  void wait_for(std::string_view table, const Uuid& id, std::string_view columns, std::string_view row);

  std::string text_;  ///< at once as it is sent: commits are frequent, trees are dear
  std::size_t size_ = 0;
};

/// What a committed transaction returned: one entry per operation, as in the transaction (rows for select;
/// count of rows selected, inserted, updated, deleted or mutated).
struct TransactionReply {
  std::vector<std::int64_t> counts;
  std::vector<std::vector<Row>> rows;
};

/// Reads a "transact" result. Errors: kConflict for "constraint violation", "referential integrity
/// violation", "timed out" (a failed wait), "duplicate uuid"; kUnavailable for "not owner" and I/O;
/// kForbidden for "permission error" (role-based access control); kInternal otherwise. The error's `type` is
/// ovsdb-server's own word, the message its details. `operations` is how many were sent.
Result<TransactionReply> parse_reply(const boost::json::value& result, std::size_t operations);

}  // namespace weft::ovsdb
