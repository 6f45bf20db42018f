#include <algorithm>

#include "neutron/view.h"

namespace weft::neutron {
namespace {

using model::SecurityGroup;
using model::SecurityGroupRule;
using GroupView = View<SecurityGroup>;
using RuleView = View<SecurityGroupRule>;

void write_optional(JsonWriter& json, const std::optional<int>& number) {
  if (number) {
    json.number(*number);
  } else {
    json.null();
  }
}

void write_optional(JsonWriter& json, const std::optional<IpPrefix>& prefix) {
  if (prefix) {
    json.plain(prefix->to_string());
  } else {
    json.null();
  }
}

void write_protocol(JsonWriter& json, const RuleView& v) {
  if (v.object.protocol_name.empty()) {
    json.null();
  } else {
    json.string(v.object.protocol_name);
  }
}

void write_optional(JsonWriter& json, const std::optional<Uuid>& id) {
  if (id) {
    json.id(*id);
  } else {
    json.null();
  }
}

void write_remote_prefix(JsonWriter& json, const RuleView& v) {
  if (v.object.remote_prefix_text.empty()) {
    write_optional(json, v.object.remote_prefix);
  } else {
    json.plain(v.object.remote_prefix_text);
  }
}

/// Neutron shows the tags of a rule inside its group, and only there.
Fields<SecurityGroupRule> fields_inside_group() {
  static constexpr Field<SecurityGroupRule> kTags{"tags", write_tags};
  Fields<SecurityGroupRule> fields;
  for (const auto& field : fields_of<SecurityGroupRule>()) fields.push_back(&field);
  fields.push_back(&kTags);
  return fields;
}

void write_rules(JsonWriter& json, const GroupView& v) {
  static const auto kFields = fields_inside_group();
  const auto& ids = v.intent.rules_of(v.object.id);
  std::vector<Uuid> ordered(ids.begin(), ids.end());
  std::sort(ordered.begin(), ordered.end());
  json.begin_array();
  for (const auto& id : ordered)
    if (auto rule = v.intent.find<SecurityGroupRule>(id))
      write_object(json, RuleView{*rule, v.intent}, kFields);
  json.end_array();
}

constexpr Field<SecurityGroup> kGroupFields[] = {
    {"id", write_id},
    {"name", write_name},
    {"stateful", [](JsonWriter& json, const GroupView& v) { json.boolean(v.object.stateful); }},
    {"tenant_id", write_project},
    {"description", write_description},
    {"shared", write_false},
    {"security_group_rules", write_rules},
    {"tags", write_tags},
    {"created_at", write_created},
    {"updated_at", write_updated},
    {"revision_number", write_revision},
    {"project_id", write_project},
};

constexpr Field<SecurityGroupRule> kRuleFields[] = {
    {"id", write_id},
    {"tenant_id", write_project},
    {"security_group_id", [](JsonWriter& json, const RuleView& v) { json.id(v.object.group); }},
    {"ethertype",
     [](JsonWriter& json, const RuleView& v) {
       json.string(v.object.ethertype == IpVersion::kV4 ? "IPv4" : "IPv6");
     }},
    {"direction", [](JsonWriter& json, const RuleView& v) { json.plain(to_string(v.object.direction)); }},
    {"protocol", write_protocol},
    {"port_range_min",
     [](JsonWriter& json, const RuleView& v) { write_optional(json, v.object.port_range_min); }},
    {"port_range_max",
     [](JsonWriter& json, const RuleView& v) { write_optional(json, v.object.port_range_max); }},
    {"remote_ip_prefix", write_remote_prefix},
    {"remote_address_group_id",
     [](JsonWriter& json, const RuleView& v) { write_optional(json, v.object.remote_address_group); }},
    {"normalized_cidr",
     [](JsonWriter& json, const RuleView& v) { write_optional(json, v.object.remote_prefix); }},
    {"remote_group_id",
     [](JsonWriter& json, const RuleView& v) { write_optional(json, v.object.remote_group); }},
    {"description", write_description},
    {"created_at", write_created},
    {"updated_at", write_updated},
    {"revision_number", write_revision},
    {"project_id", write_project},
};

}  // namespace

template <>
std::span<const Field<SecurityGroup>> fields_of() {
  return kGroupFields;
}

template <>
std::span<const Field<SecurityGroupRule>> fields_of() {
  return kRuleFields;
}

}  // namespace weft::neutron
