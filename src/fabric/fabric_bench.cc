// What policy costs: flows of a port with the default group, a whole compile, and one more port.

#include <benchmark/benchmark.h>

#include "fabric/example_world.h"

namespace weft::fabric {
namespace {

/// A node with `ports` in one network and one default group.
struct Node {
  explicit Node(int ports) : compiler(world.intent(), {.name = "worker1"}) {
    network = world.network("n", model::Encapsulation::kVxlan, 1);
    world.subnet(network, "10.0.0.0/16");
    group = world.default_group("default");
    for (int n = 0; n < ports; ++n) add_port();
  }

  Uuid add_port() {
    const int n = ++count;
    const Uuid port =
        world.port({.network = network,
                    .addresses = {"10.0." + std::to_string(n / 250) + '.' + std::to_string(n % 250 + 1)},
                    .groups = {group}});
    compiler.plug({.port = port,
                   .interface = "tap" + std::to_string(n),
                   .ofport = static_cast<std::uint32_t>(n),
                   .zone = static_cast<std::uint16_t>(n)});
    return port;
  }

  FlowDelta compile() {
    compiler.intent_changed(world.take_changes());
    return compiler.compile();
  }

  World world;
  Compiler compiler;
  Uuid network, group;
  int count = 0;
};

void BM_CompileNode(benchmark::State& state) {
  std::size_t flows = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto node = std::make_unique<Node>(static_cast<int>(state.range(0)));
    state.ResumeTiming();
    flows = node->compile().add_or_replace.size();
    state.PauseTiming();
    node.reset();
    state.ResumeTiming();
  }
  state.counters["flows"] = static_cast<double>(flows);
}
BENCHMARK(BM_CompileNode)->Arg(1)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

/// Adds a port, compiles, removes it, compiles: the time is of the first half.
void BM_OneMorePort(benchmark::State& state) {
  Node node(static_cast<int>(state.range(0)));
  node.compile();
  std::size_t changed = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const Uuid port = node.add_port();
    state.ResumeTiming();
    changed = node.compile().add_or_replace.size();
    state.PauseTiming();
    node.compiler.unplug(port);
    node.world.erase_port(port);
    node.compile();
    --node.count;
    state.ResumeTiming();
  }
  state.counters["flows_sent"] = static_cast<double>(changed);
  state.counters["units"] = static_cast<double>(node.compiler.last_stats().units);
}
BENCHMARK(BM_OneMorePort)->Arg(1)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

void BM_FlowsOfAPort(benchmark::State& state) {
  Node node(1);
  node.compile();
  const auto before = node.compiler.desired().size();
  node.add_port();
  for (auto _ : state) node.compile();
  state.counters["flows_per_port"] = static_cast<double>(node.compiler.desired().size() - before);
}
BENCHMARK(BM_FlowsOfAPort)->Iterations(1);

}  // namespace
}  // namespace weft::fabric
