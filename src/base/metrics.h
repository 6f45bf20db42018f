#pragma once
// Counters and gauges in the Prometheus text format (exposition format 0.0.4). Single-threaded, like their
// owners.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// A number that only grows.
class Counter {
 public:
  void add(std::uint64_t n = 1) { value_ += n; }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

/// All metrics of one process. References that it hands out stay valid as long as it lives.
class Metrics {
 public:
  /// The counter of this name and these labels, made at first use. `help` is kept from the first call.
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  /// A gauge whose value is asked for when the metrics are rendered.
  void gauge(std::string_view name, std::string_view help, std::function<double()> value,
             const Labels& labels = {});
  /// The Prometheus text: families in name order, each with HELP and TYPE.
  std::string render() const;

 private:
  struct Family {
    std::string help;
    bool is_gauge = false;
    std::map<std::string, Counter> counters;
    std::map<std::string, std::function<double()>> gauges;
  };
  Family& family(std::string_view name, std::string_view help);

  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace weft
