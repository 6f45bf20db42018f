#include "store/conflict.h"

namespace weft::store {
namespace {

/// What stands between `before` and `after` in text; empty when they are not there.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  auto start = text.find(before);
  if (start == text.npos) return {};
  start += before.size();
  auto end = text.find(after, start);
  return end == text.npos ? std::string_view{} : text.substr(start, end - start);
}

/// The words in double quotes.
std::vector<std::string> quoted(std::string_view text) {
  std::vector<std::string> words;
  for (auto open = text.find('"'); open != text.npos; open = text.find('"', open)) {
    auto close = text.find('"', open + 1);
    if (close == text.npos) break;
    words.emplace_back(text.substr(open + 1, close - open - 1));
    open = close + 1;
  }
  return words;
}

}  // namespace

// The wording is ovsdb-server's (ovsdb/transaction.c of Open vSwitch); the integration tests hold it to that.
Conflict read_conflict(const Error& error) {
  Conflict conflict;
  std::string_view text = error.message;
  if (error.type == "timed out") {
    conflict.kind = Conflict::Kind::kPrecondition;
  } else if (error.type == "constraint violation" && text.find("for index on column") != text.npos) {
    conflict.kind = Conflict::Kind::kIndex;
    conflict.table = between(text, "multiple rows in \"", "\" table");
    conflict.columns = quoted(between(text, "for index on column", ".  First row"));
  } else if (error.type == "referential integrity violation") {
    conflict.table = between(text, "cannot delete ", " row ");
    conflict.kind = Conflict::Kind::kStillReferenced;
    if (!conflict.table.empty()) return conflict;
    conflict.kind = Conflict::Kind::kMissingReference;
    conflict.table = between(text, "Table ", " column ");
    conflict.columns = {std::string(between(text, " column ", " row "))};
    auto target = text.rfind(" in table ");
    if (target != text.npos)
      conflict.target = text.substr(target + 10, text.find_last_not_of(". ") - target - 9);
  }
  return conflict;
}

}  // namespace weft::store
