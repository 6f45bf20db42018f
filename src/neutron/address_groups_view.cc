#include <algorithm>

#include "neutron/view.h"

namespace weft::neutron {
namespace {

using model::AddressGroup;
using V = View<AddressGroup>;

void write_addresses(JsonWriter& json, const V& v) {
  std::vector<IpPrefix> prefixes;
  for (const auto& id : v.intent.entries_of(v.object.id))
    if (auto entry = v.intent.find<model::AddressGroupEntry>(id)) prefixes.push_back(entry->prefix);
  std::sort(prefixes.begin(), prefixes.end());
  json.begin_array();
  for (const auto& prefix : prefixes) json.plain(prefix.to_string());
  json.end_array();
}

constexpr Field<AddressGroup> kFields[] = {
    {"id", write_id},
    {"name", write_name},
    {"project_id", write_project},
    {"addresses", write_addresses},
    {"description", write_description},
    {"shared", write_false},
    {"tenant_id", write_project},
    {"created_at", write_created},
    {"updated_at", write_updated},
    {"revision_number", write_revision},
};

}  // namespace

template <>
std::span<const Field<AddressGroup>> fields_of() {
  return kFields;
}

}  // namespace weft::neutron
