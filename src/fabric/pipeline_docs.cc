#include "fabric/pipeline_docs.h"

#include <fmt/format.h>

#include "fabric/example_world.h"
#include "fabric/families.h"
#include "fabric/registers.h"

namespace weft::fabric {
namespace {

constexpr std::string_view kIntroduction = R"(# The pipeline

<!-- Generated from src/fabric by `pipeline_docs`; do not edit. -->

Every packet on `br-int` passes these tables. Features write flows against the names of tables; the numbers follow from the
order of declaration. Every flow belongs to a family, which `(table, priority)` tells; its cookie tells the object that it
is for (`weft flows NODE --explain`).

The examples are the flows of a node `worker1` with two networks of the same addresses (`blue`, VXLAN 100; `green`, Geneve
100), the ports alice, bob, router, frank and grace (11, 12, 14, 15 and 16, blue) and dave (13, green), carol and erin (who is
down) on `worker2` (tunnels 21 and 22), and heidi on `worker3`, which has no tunnel. Router has no port security, frank a
stateless group, grace no group; alice may also be 10.0.0.100 with a MAC of its own. Blue has IPv6 too, with alice as
2001:db8::11 and carol as 2001:db8::13, and the distributed ports 10.0.0.2 and 2001:db8::2. Somebody follows drops.
)";

constexpr std::size_t kExamplesPerFamily = 3;

std::string_view stage_name(Stage stage) {
  switch (stage) {
    case Stage::kClassification:
      return "classification";
    case Stage::kPortSecurity:
      return "port security";
    case Stage::kPacketSize:
      return "packet size";
    case Stage::kLocalServices:
      return "local services";
    case Stage::kEgressPolicy:
      return "policy leaving the port";
    case Stage::kForwarding:
      return "forwarding";
    case Stage::kIngressPolicy:
      return "policy entering the port";
    case Stage::kOutput:
      return "output";
    case Stage::kDrops:
      return "drops";
  }
  return "";
}

std::string_view miss_name(Miss miss) {
  switch (miss) {
    case Miss::kDrop:
      return "drop";
    case Miss::kNext:
      return "next table";
    case Miss::kReturn:
      return "return to the caller";
  }
  return "";
}

std::string overview() {
  std::string text = "\n## Tables\n\n| number | table | stage | on a miss |\n|---|---|---|---|\n";
  for (const auto& table : kTables) {
    text += fmt::format("| {} | [{}](#{}) | {} | {} |\n", number(table.table), table.name, table.name,
                        stage_name(table.stage), miss_name(table.miss));
  }
  return text;
}

std::string registers() {
  std::string text =
      "\n## Registers\n\nTwo fields may share bits only when no table needs both; the compiler of the "
      "declarations checks it.\n\n"
      "| field | bits | from | to | meaning |\n|---|---|---|---|---|\n";
  for (const auto& field : kRegisters) {
    text +=
        fmt::format("| {} | reg{}[{}..{}] | {} | {} | {} |\n", field.name, field.reg, field.low,
                    field.low + field.count - 1, info(field.first).name, info(field.last).name, field.doc);
  }
  return text;
}

std::string examples(const Family& family, const std::vector<openflow::Flow>& flows) {
  std::string text;
  std::size_t count = 0;
  for (const auto& flow : flows) {
    if (flow.key.table != number(family.table) || flow.key.priority != family.priority) continue;
    if (count++ < kExamplesPerFamily) text += "    " + openflow::to_text(flow, false, table_name) + '\n';
  }
  return text.empty() ? text : '\n' + text;
}

std::string section(const TableInfo& table, const std::vector<openflow::Flow>& flows) {
  std::string text =
      fmt::format("\n## {}\n\nTable {}, {}. On a miss: {}. {}\n", table.name, number(table.table),
                  stage_name(table.stage), miss_name(table.miss), table.doc);
  for (const auto& family : kFamilies) {
    if (family.table != table.table) continue;
    text +=
        fmt::format("\n**{}**, priority {}. {}{}\n", family.name, family.priority, family.doc,
                    family.drop == Drop::kNone ? std::string()
                                               : fmt::format(" Dropped: {}.", drop_info(family.drop)->name));
    text += examples(family, flows);
  }
  return text;
}

}  // namespace

std::string pipeline_document() {
  ExampleWorld example;
  const Uuid down = example.world.port({.name = "erin", .network = example.blue, .host = "worker2"});
  example.world.port({.name = "heidi", .network = example.blue, .host = "worker3"});
  example.compiler.watch_drops({.all = true, .ports = {}});
  example.world.edit<model::Port>(down, [](model::Port& row) { row.admin_state_up = false; });
  example.compiler.intent_changed(example.world.take_changes());
  example.compiler.compile();
  const auto flows = example.compiler.desired();

  std::string text(kIntroduction);
  text += overview() + registers();
  for (const auto& table : kTables) text += section(table, flows);
  return text;
}

}  // namespace weft::fabric
