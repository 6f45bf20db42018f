#include <algorithm>
#include <vector>

#include "neutron/value_words.h"

namespace weft::neutron {
namespace {

constexpr std::size_t kMaxFqdn = 255;
constexpr std::size_t kMaxLabel = 63;
/// A name in front of a domain: one character and a dot at least.
constexpr std::size_t kShortestSubdomain = 2;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
}

std::vector<std::string_view> split_labels(std::string_view name) {
  std::vector<std::string_view> labels;
  for (std::size_t dot; (dot = name.find('.')) != std::string_view::npos; name.remove_prefix(dot + 1))
    labels.push_back(name.substr(0, dot));
  labels.push_back(name);
  return labels;
}

/// What is wrong with a label (RFC 952, RFC 1123 section 2.1); empty when nothing is.
std::string fault_of_label(std::string_view label) {
  if (label.empty()) return "Encountered an empty component";
  const std::string named = "Name '" + std::string(label) + "' must ";
  if (label.front() == '-' || label.back() == '-') return named + "not start or end with a hyphen";
  if (label.size() <= kMaxLabel && std::all_of(label.begin(), label.end(), is_label_character)) return {};
  return named + "be 1-63 characters long, each of which can only be alphanumeric or a hyphen";
}

std::string fault_of_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() > kMaxFqdn) return "'" + std::string(name) + "' exceeds the 255 character FQDN limit";
  const auto labels = split_labels(name);
  for (auto label : labels)
    if (auto fault = fault_of_label(label); !fault.empty()) return fault;
  const auto& top = labels.back();
  if (labels.size() > 1 && std::all_of(top.begin(), top.end(), is_digit))
    return "TLD '" + std::string(top) + "' must not be all numeric";
  return {};
}

/// The name in lower case; names are compared so (RFC 4343).
Result<json::value> valid_name_or_empty(const json::value& value) {
  if (!value.is_string()) return refuse(value, "is not a valid string");
  const std::string name = lower(text_of(value));
  if (name.empty()) return json::value(name);
  const auto fault = fault_of_name(name);
  if (fault.empty()) return json::value(name);
  return refuse(json::value(name), "not a valid PQDN or FQDN. Reason: " + fault);
}

}  // namespace

Result<json::value> valid_dns_name(const json::value& value) {
  return valid_name_or_empty(value);
}

Result<json::value> valid_dns_domain(const json::value& value) {
  if (!value.is_string()) return refuse(value, "is not a valid string");
  const auto domain = text_of(value);
  if (!domain.empty() && !domain.ends_with('.')) return refuse(value, "is not a FQDN");
  WEFT_TRY(auto name, valid_name_or_empty(value));
  if (domain.size() <= kMaxFqdn - kShortestSubdomain) return name;
  return refuse(value, "contains " + std::to_string(domain.size()) +
                           " characters. Adding a sub-domain will cause it to exceed the maximum length of "
                           "a FQDN of '255'");
}

}  // namespace weft::neutron
