#include "neutron/listing.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "http/target.h"
#include "neutron/errors.h"
#include "neutron/json_writer.h"

namespace weft::neutron {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

bool has_all(const std::vector<std::string>& tags, const std::vector<std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& tag) { return contains(tags, tag); });
}

bool has_any(const std::vector<std::string>& tags, const std::vector<std::string>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const auto& tag) { return contains(tags, tag); });
}

void split_commas(const std::string& text, std::vector<std::string>& into) {
  std::stringstream stream(text);
  for (std::string item; std::getline(stream, item, ',');) into.push_back(item);
}

std::vector<std::string>* tag_filter(TagFilters& tags, std::string_view name) {
  if (name == "tags") return &tags.all;
  if (name == "tags-any") return &tags.any;
  if (name == "not-tags") return &tags.not_all;
  if (name == "not-tags-any") return &tags.not_any;
  return nullptr;
}

Result<std::size_t> parse_limit(const std::string& text) {
  long limit = -1;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc() || end != text.data() + text.size() || limit < 0)
    return bad_request("limit must be an integer 0 or greater and not '" + text + "'");
  return static_cast<std::size_t>(limit);
}

void add_filter(std::vector<Filter>& filters, const std::string& name, const std::string& value) {
  auto known =
      std::find_if(filters.begin(), filters.end(), [&](const auto& filter) { return filter.name == name; });
  if (known == filters.end()) {
    filters.push_back({name, {value}});
  } else {
    known->values.push_back(value);
  }
}

Result<std::vector<SortKey>> pair_sort_keys(const std::vector<std::string>& keys,
                                            const std::vector<std::string>& dirs) {
  if (!dirs.empty() && keys.size() != dirs.size())
    return bad_request("The number of sort_keys and sort_dirs must be same");
  std::vector<SortKey> sort;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!dirs.empty() && dirs[i] != "asc" && dirs[i] != "desc")
      return bad_request("'" + dirs[i] + "' is invalid value for sort_dirs");
    sort.push_back({keys[i], !dirs.empty() && dirs[i] == "desc"});
  }
  return sort;
}

bool is_number(std::string_view text) {
  return !text.empty() && (text.front() == '-' || (text.front() >= '0' && text.front() <= '9'));
}

}  // namespace

bool TagFilters::match(const std::vector<std::string>& tags) const {
  return has_all(tags, all) && (any.empty() || has_any(tags, any)) &&
         (not_all.empty() || !has_all(tags, not_all)) && !has_any(tags, not_any);
}

const Filter* ListQuery::filter(std::string_view name) const {
  auto it =
      std::find_if(filters.begin(), filters.end(), [&](const auto& filter) { return filter.name == name; });
  return it == filters.end() ? nullptr : &*it;
}

Result<ListQuery> parse_list_query(const QueryPairs& pairs) {
  ListQuery query;
  std::vector<std::string> keys, dirs;
  for (const auto& [name, value] : pairs) {
    if (auto* tags = tag_filter(query.tags, name)) {
      split_commas(value, *tags);
    } else if (name == "fields") {
      if (!value.empty()) query.fields.push_back(value);
    } else if (name == "sort_key") {
      keys.push_back(value);
    } else if (name == "sort_dir") {
      dirs.push_back(value);
    } else if (name == "limit") {
      WEFT_TRY(query.limit, parse_limit(value));
    } else if (name == "marker") {
      query.marker = value;
    } else if (name == "page_reverse") {
      query.page_reverse = value == "True" || value == "true" || value == "1";
    } else {
      add_filter(query.filters, name, value);
    }
  }
  WEFT_TRY(query.sort, pair_sort_keys(keys, dirs));
  return query;
}

bool text_matches(std::string_view rendered, std::string_view wanted) {
  if (rendered.size() >= 2 && rendered.front() == '"') {
    if (rendered.find('\\') == std::string_view::npos)
      return rendered.substr(1, rendered.size() - 2) == wanted;
    JsonWriter quoted;
    return quoted.string(wanted).text() == rendered;
  }
  if (rendered == "true") return wanted == "true" || wanted == "True" || wanted == "1";
  if (rendered == "false") return wanted == "false" || wanted == "False" || wanted == "0";
  if (rendered == "null") return wanted.empty() || wanted == "null" || wanted == "None";
  return rendered == wanted;
}

bool rendered_less(std::string_view a, std::string_view b) {
  if (!is_number(a) || !is_number(b)) return a < b;
  std::int64_t left = 0, right = 0;
  std::from_chars(a.data(), a.data() + a.size(), left);
  std::from_chars(b.data(), b.data() + b.size(), right);
  return left < right;
}

std::string page_link(const std::string& url, const QueryPairs& pairs, const std::string& marker,
                      bool reverse) {
  std::string link = url + "?";
  for (const auto& [name, value] : pairs)
    if (name != "marker" && name != "page_reverse")
      link += http::percent_encode(name) + "=" + http::percent_encode(value) + "&";
  link += "marker=" + marker;
  if (reverse) link += "&page_reverse=True";
  return link;
}

}  // namespace weft::neutron
