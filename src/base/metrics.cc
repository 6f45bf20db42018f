#include "base/metrics.h"

#include <fmt/format.h>

namespace weft {
namespace {

std::string escape(std::string_view value) {
  std::string out;
  for (char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    out += c;
  }
  return out;
}

std::string render_labels(const Labels& labels) {
  if (labels.empty()) return {};
  std::string text = "{";
  for (const auto& [key, value] : labels) {
    if (text.size() > 1) text += ',';
    text += fmt::format("{}=\"{}\"", key, escape(value));
  }
  return text + "}";
}

}  // namespace

Metrics::Family& Metrics::family(std::string_view name, std::string_view help) {
  auto it = families_.find(name);
  if (it == families_.end())
    it = families_.emplace(std::string(name), Family{std::string(help), false, {}, {}}).first;
  return it->second;
}

Counter& Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
  return family(name, help).counters[render_labels(labels)];
}

void Metrics::gauge(std::string_view name, std::string_view help, std::function<double()> value,
                    const Labels& labels) {
  Family& f = family(name, help);
  f.is_gauge = true;
  f.gauges[render_labels(labels)] = std::move(value);
}

std::string Metrics::render() const {
  std::string text;
  for (const auto& [name, f] : families_) {
    text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, f.help, name, f.is_gauge ? "gauge" : "counter");
    for (const auto& [labels, counter] : f.counters)
      text += fmt::format("{}{} {}\n", name, labels, counter.value());
    for (const auto& [labels, value] : f.gauges) text += fmt::format("{}{} {}\n", name, labels, value());
  }
  return text;
}

}  // namespace weft
