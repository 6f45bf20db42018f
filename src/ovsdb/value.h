#pragma once
// Values of OVSDB columns (RFC 7047, section 5.1) and their JSON forms.

#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/uuid.h"

namespace weft::ovsdb {

using Atom = std::variant<std::int64_t, double, bool, std::string, Uuid>;

/// The value of one column: a set of atoms (a scalar is a set of one), or a map when `is_map`.
/// Sets are sorted and without duplicates; map keys are sorted and `values` runs parallel to `keys`.
struct Datum {
  std::vector<Atom> keys;
  std::vector<Atom> values;
  bool is_map = false;

  Datum() = default;  ///< the empty set
  Datum(Atom scalar) : keys{std::move(scalar)} {}
  Datum(const char* text) : keys{std::string(text)} {}
  static Datum set(std::vector<Atom> atoms);
  static Datum set(const std::vector<std::string>& strings);
  static Datum map(const std::map<std::string, std::string>& entries);
  template <typename T>
  static Datum optional(const std::optional<T>& value) {
    return value ? Datum(Atom(*value)) : Datum();
  }

  bool operator==(const Datum&) const = default;

  /// Scalars; `fallback` when the datum is empty or of another type.
  std::string string_or(std::string_view fallback = "") const;
  std::int64_t integer_or(std::int64_t fallback = 0) const;
  bool bool_or(bool fallback = false) const;
  Uuid uuid_or(const Uuid& fallback = {}) const;
  /// The strings (uuids, integers) of a set; atoms of other types are left out.
  std::vector<std::string> strings() const;
  std::vector<Uuid> uuids() const;
  std::vector<std::int64_t> integers() const;
  /// A string-to-string map; empty when it is none.
  std::map<std::string, std::string> string_map() const;
};

/// JSON form as RFC 7047 writes it: "x", 1, true, ["uuid",U], ["set",[...]], ["map",[[k,v],...]].
boost::json::value to_json(const Datum& datum);
/// The same as text, without a tree in between.
void append_json(std::string& text, const Datum& datum);
/// A JSON string.
void append_json(std::string& text, std::string_view string);
/// Errors: kProtocol with the path of what is wrong. Named UUIDs (["named-uuid",N]) are refused.
Result<Datum> datum_from_json(const boost::json::value& json);

/// Column name -> value. Absent columns are as if default.
using Row = std::map<std::string, Datum, std::less<>>;

}  // namespace weft::ovsdb
