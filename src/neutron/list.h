#pragma once
// Answers list requests of one resource: narrows by index where the intent has one, filters, sorts, cuts a
// page, renders.

#include <algorithm>

#include "neutron/errors.h"
#include "neutron/listing.h"
#include "neutron/view.h"

namespace weft::neutron {

/// Where a list was asked for, to make page links.
struct ListRequest {
  std::string collection;  ///< "security_groups"
  std::string url;         ///< "http://host:9696/v2.0/security-groups"
  QueryPairs pairs;
};

/// Objects that may match, from the intent's indexes; more than match, never fewer.
template <typename T>
std::vector<model::Ref<T>> candidates(const model::Intent& intent, const ListQuery& query);

/// Filters that are no field (or not only): true, false, or nothing when the filter is an ordinary one.
template <typename T>
std::optional<bool> special_match(const View<T>&, const Filter&) {
  return std::nullopt;
}
template <>
std::optional<bool> special_match(const View<model::Port>& view, const Filter& filter);

/// The name of a filter that is no field.
template <typename T>
bool is_special_filter(std::string_view) {
  return false;
}
template <>
bool is_special_filter<model::Port>(std::string_view name);

template <typename T>
std::vector<model::Ref<T>> from_ids(const model::Intent& intent, const model::IdSet& ids) {
  std::vector<model::Ref<T>> objects;
  objects.reserve(ids.size());
  for (const auto& id : ids)
    if (auto object = intent.find<T>(id)) objects.push_back(std::move(object));
  return objects;
}

template <typename T>
class Lister {
 public:
  /// `dns_domain` is for the view.
  Lister(const model::Intent& intent, const ListQuery& query, std::string_view dns_domain = {})
      : intent_(intent), query_(query), dns_domain_(dns_domain) {}

  /// The response body. `visible` says which objects the caller may see.
  template <typename Visible>
  Result<std::string> run(const ListRequest& request, const Visible& visible) {
    WEFT_CHECK(check_names());
    auto objects = candidates<T>(intent_, query_);
    std::erase_if(objects, [&](const auto& object) { return !visible(*object) || !matches(*object); });
    sort(objects);
    WEFT_CHECK(cut_page(objects));
    return render(objects, request);
  }

 private:
  using Objects = std::vector<model::Ref<T>>;

  View<T> view_of(const T& object) const { return {object, intent_, dns_domain_}; }

  Result<void> check_names() const {
    std::string unknown;
    for (const auto& filter : query_.filters) {
      if (find_field<T>(filter.name) || is_special_filter<T>(filter.name)) continue;
      unknown += (unknown.empty() ? "" : ", ") + filter.name;
    }
    if (!unknown.empty()) return bad_request("[" + unknown + "] is invalid attribute for filtering");
    for (const auto& key : query_.sort)
      if (!find_field<T>(key.name))
        return bad_request("['" + key.name + "'] is invalid attribute for sort_keys");
    return {};
  }

  bool matches(const T& object) {
    if constexpr (requires { object.tags; }) {
      if (!query_.tags.empty() && !query_.tags.match(object.tags)) return false;
    }
    auto view = view_of(object);
    return std::all_of(query_.filters.begin(), query_.filters.end(),
                       [&](const auto& filter) { return matches(view, filter); });
  }

  bool matches(const View<T>& view, const Filter& filter) {
    if (auto special = special_match<T>(view, filter)) return *special;
    scratch_.clear();
    find_field<T>(filter.name)->write(scratch_, view);
    return std::any_of(filter.values.begin(), filter.values.end(),
                       [&](const auto& value) { return text_matches(scratch_.text(), value); });
  }

  std::vector<std::string> sort_values(const T& object) const {
    std::vector<std::string> values;
    for (const auto& key : query_.sort) {
      JsonWriter json;
      find_field<T>(key.name)->write(json, view_of(object));
      values.push_back(json.take());
    }
    return values;
  }

  bool before(const std::vector<std::string>& a, const std::vector<std::string>& b, bool otherwise) const {
    for (std::size_t i = 0; i < query_.sort.size(); ++i) {
      bool descending = query_.sort[i].descending;
      const auto& left = descending ? b[i] : a[i];
      const auto& right = descending ? a[i] : b[i];
      if (rendered_less(left, right)) return true;
      if (rendered_less(right, left)) return false;
    }
    return otherwise;
  }

  // The id decides last, so that pages are stable.
  void sort(Objects& objects) const {
    if (query_.sort.empty()) {
      std::sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
      return;
    }
    std::vector<std::pair<std::vector<std::string>, model::Ref<T>>> keyed;
    for (auto& object : objects) keyed.emplace_back(sort_values(*object), object);
    std::sort(keyed.begin(), keyed.end(), [this](const auto& a, const auto& b) {
      return before(a.first, b.first, a.second->id < b.second->id);
    });
    std::transform(keyed.begin(), keyed.end(), objects.begin(),
                   [](auto& entry) { return std::move(entry.second); });
  }

  Result<void> cut_page(Objects& objects) const {
    if (query_.page_reverse) std::reverse(objects.begin(), objects.end());
    if (!query_.marker.empty()) {
      auto at = std::find_if(objects.begin(), objects.end(),
                             [&](const auto& object) { return object->id.to_string() == query_.marker; });
      if (at == objects.end()) return bad_request("marker " + query_.marker + " could not be found");
      objects.erase(objects.begin(), at + 1);
    }
    if (query_.limit && objects.size() > query_.limit) objects.resize(query_.limit);
    if (query_.page_reverse) std::reverse(objects.begin(), objects.end());
    return {};
  }

  Fields<T> chosen_fields() const {
    Fields<T> chosen;
    for (const auto& field : fields_of<T>())
      if (std::find(query_.fields.begin(), query_.fields.end(), field.name) != query_.fields.end())
        chosen.push_back(&field);
    return chosen;
  }

  std::string render(const Objects& objects, const ListRequest& request) const {
    auto chosen = chosen_fields();
    JsonWriter json;
    json.reserve(objects.size() * (chosen.empty() ? 1280 : 64 * chosen.size()));
    json.begin_object().key(request.collection).begin_array();
    for (const auto& object : objects) write_object(json, view_of(*object), chosen);
    json.end_array();
    write_links(json, objects, request);
    json.end_object();
    return json.take();
  }

  void write_links(JsonWriter& json, const Objects& objects, const ListRequest& request) const {
    if (!query_.limit || objects.empty()) return;
    bool full = objects.size() == query_.limit;
    json.key(request.collection + "_links").begin_array();
    if (full || query_.page_reverse) write_link(json, "next", objects.back()->id, request);
    if (full || !query_.page_reverse) write_link(json, "previous", objects.front()->id, request);
    json.end_array();
  }

  static void write_link(JsonWriter& json, std::string_view rel, const Uuid& marker,
                         const ListRequest& request) {
    json.begin_object().key("rel").string(rel);
    json.key("href").string(page_link(request.url, request.pairs, marker.to_string(), rel == "previous"));
    json.end_object();
  }

  const model::Intent& intent_;
  const ListQuery& query_;
  std::string_view dns_domain_;
  JsonWriter scratch_;
};

}  // namespace weft::neutron
