#pragma once
// How objects look to clients: one table of fields per resource, which rendering, `fields=`, filters and
// sorting share.

#include <span>

#include "model/intent.h"
#include "neutron/json_writer.h"

namespace weft::neutron {

/// One object and what its rendering may look up.
template <typename T>
struct View {
  const T& object;
  const model::Intent& intent;
  std::string_view dns_domain = {};  ///< of ports that have none of their own or of their network
};

template <typename T>
struct Field {
  std::string_view name;
  void (*write)(JsonWriter&, const View<T>&);
};

template <typename T>
using Fields = std::vector<const Field<T>*>;

/// The fields of a resource in the order in which they are written. Specialised next to each resource's
/// rendering.
template <typename T>
std::span<const Field<T>> fields_of();
template <>
std::span<const Field<model::Network>> fields_of();
template <>
std::span<const Field<model::Subnet>> fields_of();
template <>
std::span<const Field<model::Port>> fields_of();
template <>
std::span<const Field<model::SecurityGroup>> fields_of();
template <>
std::span<const Field<model::SecurityGroupRule>> fields_of();
template <>
std::span<const Field<model::AddressGroup>> fields_of();
template <>
std::span<const Field<model::Node>> fields_of();

template <typename T>
const Field<T>* find_field(std::string_view name) {
  for (const auto& field : fields_of<T>())
    if (field.name == name) return &field;
  return nullptr;
}

/// The object with all fields, or, when any are named, with those of them that exist.
template <typename T>
void write_object(JsonWriter& json, const View<T>& view, const Fields<T>& chosen = {}) {
  json.begin_object();
  if (chosen.empty()) {
    for (const auto& field : fields_of<T>()) {
      json.key(field.name);
      field.write(json, view);
    }
  } else {
    for (const auto* field : chosen) {
      json.key(field->name);
      field->write(json, view);
    }
  }
  json.end_object();
}

/// "2026-11-20T23:33:21Z" of microseconds since the epoch.
std::string format_time(std::int64_t microseconds);

/// Writes the ids as an array, in order.
void write_ids(JsonWriter& json, std::vector<Uuid> ids);
void write_strings(JsonWriter& json, const std::vector<std::string>& strings);

// The fields that every resource has.
template <typename T>
void write_id(JsonWriter& json, const View<T>& v) {
  json.id(v.object.id);
}
template <typename T>
void write_name(JsonWriter& json, const View<T>& v) {
  json.string(v.object.name);
}
template <typename T>
void write_project(JsonWriter& json, const View<T>& v) {
  json.string(v.object.project_id);
}
template <typename T>
void write_description(JsonWriter& json, const View<T>& v) {
  json.string(v.object.description);
}
template <typename T>
void write_tags(JsonWriter& json, const View<T>& v) {
  write_strings(json, v.object.tags);
}
template <typename T>
void write_created(JsonWriter& json, const View<T>& v) {
  json.plain(format_time(v.object.created_at));
}
template <typename T>
void write_updated(JsonWriter& json, const View<T>& v) {
  json.plain(format_time(v.object.updated_at));
}
template <typename T>
void write_revision(JsonWriter& json, const View<T>& v) {
  json.number(v.object.revision);
}

// Attributes of extensions whose feature is not there (yet): their neutral values.
template <typename T>
void write_null(JsonWriter& json, const View<T>&) {
  json.null();
}
template <typename T>
void write_false(JsonWriter& json, const View<T>&) {
  json.boolean(false);
}
template <typename T>
void write_empty_list(JsonWriter& json, const View<T>&) {
  json.raw("[]");
}

}  // namespace weft::neutron
