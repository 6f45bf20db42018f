#pragma once
// What a list request asks for: filters, fields, sorting and pages (the Networking API's "Filtering",
// "Sorting", "Pagination").

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/http.h"

namespace weft::neutron {

/// One attribute and the values that it may have.
struct Filter {
  std::string name;
  std::vector<std::string> values;
};

struct TagFilters {
  std::vector<std::string> all, any, not_all, not_any;
  bool empty() const { return all.empty() && any.empty() && not_all.empty() && not_any.empty(); }
  bool match(const std::vector<std::string>& tags) const;
};

struct SortKey {
  std::string name;
  bool descending = false;
};

struct ListQuery {
  std::vector<Filter> filters;
  TagFilters tags;
  std::vector<std::string> fields;
  std::vector<SortKey> sort;
  std::size_t limit = 0;  ///< 0: no limit
  std::string marker;
  bool page_reverse = false;

  const Filter* filter(std::string_view name) const;
};

using QueryPairs = std::vector<std::pair<std::string, std::string>>;

/// Errors: HTTPBadRequest for a limit that is no number, sort keys and directions that do not pair up, ...
Result<ListQuery> parse_list_query(const QueryPairs& pairs);

/// Does a field, rendered as JSON, have the value that a filter's text names? ("true" and "True" and "1" are
/// true.)
bool text_matches(std::string_view rendered, std::string_view wanted);

/// Orders two rendered values: numbers by value, all else as text.
bool rendered_less(std::string_view a, std::string_view b);

/// The "next" or "previous" link of a page: the same request with another marker.
std::string page_link(const std::string& url, const QueryPairs& pairs, const std::string& marker,
                      bool reverse);

}  // namespace weft::neutron
