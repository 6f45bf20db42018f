#pragma once
// The schema that this build was made for, and whether a server has it.

#include <string_view>

#include "store/store.h"

namespace weft::store {

/// The text of weft.ovsschema.
std::string_view schema_text();
/// Its "version".
std::string schema_version();

/// Can a program made for `ours` work on a database of version `theirs`? Yes when the major versions are
/// equal and the database is not older. Errors: kInvalid, with a message that says what to do.
Result<void> check_schema_version(std::string_view ours, std::string_view theirs);

/// Asks the servers (waits until one can be reached) for their schema and compares. Errors: as
/// check_schema_version; kNotFound when the server has no Weft database.
Task<void> check_schema(asio::any_io_executor executor, StoreOptions options);

}  // namespace weft::store
