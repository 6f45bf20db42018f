// What policy costs: flows of a port with the default group, a whole compile, one more port, one more member.

#include <benchmark/benchmark.h>

#include "fabric/example_world.h"
#include "fabric/pipeline.h"

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

/// Names of counters: the steps of a packet's way.
std::string stage_counter(Stage stage) {
  switch (stage) {
    case Stage::kClassification:
      return "classification";
    case Stage::kPortSecurity:
      return "port_security";
    case Stage::kPacketSize:
      return "packet_size";
    case Stage::kLocalServices:
      return "local_services";
    case Stage::kEgressPolicy:
      return "policy_leaving";
    case Stage::kForwarding:
      return "forwarding";
    case Stage::kIngressPolicy:
      return "policy_entering";
    case Stage::kOutput:
      return "output";
    case Stage::kDrops:
      return "drops";
  }
  return "";
}

std::map<std::string, double> flows_by_stage(const Compiler& compiler) {
  std::map<std::string, double> count;
  for (const auto& flow : compiler.desired()) ++count[stage_counter(kTables.at(flow.key.table).stage)];
  return count;
}

/// The second port of a node: what one more costs, without what its network and group cost once.
void BM_FlowsOfAPort(benchmark::State& state) {
  Node node(1);
  node.compile();
  auto before = flows_by_stage(node.compiler);
  node.add_port();
  for (auto _ : state) node.compile();
  double all = 0;
  for (const auto& [stage, count] : flows_by_stage(node.compiler)) {
    state.counters[stage] = count - before[stage];
    all += count - before[stage];
  }
  state.counters["flows_per_port"] = all;
}
BENCHMARK(BM_FlowsOfAPort)->Iterations(1);

// ---- many groups of many rules

constexpr int kManyPorts = 100, kManyGroups = 10, kManyRules = 20;

World::RuleSpec rule_number(int group, int rule) {
  World::RuleSpec spec{
      .protocol = rule % 2 ? 6 : 17, .port_min = 1000 + 10 * rule, .port_max = 1005 + 10 * rule};
  spec.prefix = "192.168." + std::to_string(group) + ".0/24";
  return spec;
}

/// kManyPorts ports, each in all of kManyGroups groups, each of kManyRules rules.
void fill_with_many_groups(Node& node) {
  std::vector<Uuid> groups;
  for (int g = 0; g < kManyGroups; ++g) {
    groups.push_back(node.world.group("group" + std::to_string(g)));
    for (int r = 0; r < kManyRules; ++r) node.world.rule(groups.back(), rule_number(g, r));
  }
  for (int p = 0; p < kManyPorts; ++p) {
    const Uuid port = node.add_port();
    for (const auto& group : groups) node.world.join(port, group);
  }
}

void BM_CompileManyGroups(benchmark::State& state) {
  std::size_t flows = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto node = std::make_unique<Node>(0);
    fill_with_many_groups(*node);
    state.ResumeTiming();
    flows = node->compile().add_or_replace.size();
    state.PauseTiming();
    node.reset();
    state.ResumeTiming();
  }
  state.counters["flows"] = static_cast<double>(flows);
}
BENCHMARK(BM_CompileManyGroups)->Unit(benchmark::kMillisecond);

/// A group of so many members elsewhere that the one local port's rule names: one more joins.
void BM_OneMoreMember(benchmark::State& state) {
  Node node(1);
  const Uuid named = node.world.group("named");
  node.world.rule(node.group, {.protocol = 6, .port_min = 5432, .port_max = 5432, .remote = named});
  auto elsewhere = [&, next = 0]() mutable {
    const int n = next++;
    return node.world.port(
        {.network = node.network,
         .addresses = {"10.0." + std::to_string(100 + n / 250) + '.' + std::to_string(n % 250 + 1)},
         .host = "worker2",
         .groups = {named}});
  };
  for (int n = 0; n < state.range(0); ++n) elsewhere();
  node.compile();
  const Uuid joining = node.world.port(
      {.network = node.network, .addresses = {"10.0.99.99"}, .host = "worker2", .groups = {}});
  node.compile();
  std::size_t changed = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const Uuid member = node.world.join(joining, named);
    state.ResumeTiming();
    changed = node.compile().add_or_replace.size();
    state.PauseTiming();
    node.world.erase<model::GroupMember>(member);
    node.compile();
    state.ResumeTiming();
  }
  state.counters["flows_sent"] = static_cast<double>(changed);
  state.counters["units"] = static_cast<double>(node.compiler.last_stats().units);
}
BENCHMARK(BM_OneMoreMember)->Arg(10)->Arg(100)->Arg(1000)->Arg(5000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace weft::fabric
