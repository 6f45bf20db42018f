#include "base/metrics.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(Metrics, FamiliesAreRenderedInThePrometheusTextFormat) {
  Metrics metrics;
  metrics.counter("weft_b_total", "B.", {{"kind", "x\"y"}}).add(3);
  metrics.gauge("weft_a", "A.", [] { return 1.5; });
  EXPECT_EQ(metrics.render(),
            "# HELP weft_a A.\n# TYPE weft_a gauge\nweft_a 1.5\n"
            "# HELP weft_b_total B.\n# TYPE weft_b_total counter\nweft_b_total{kind=\"x\\\"y\"} 3\n");
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameCounter) {
  Metrics metrics;
  metrics.counter("n", "").add();
  metrics.counter("n", "").add();
  EXPECT_EQ(metrics.counter("n", "").value(), 2u);
}

}  // namespace
}  // namespace weft
