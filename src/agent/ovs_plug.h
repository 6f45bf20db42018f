#pragma once
// The plain plug: a pod's interface is a port of br-int.

#include "agent/plug.h"
#include "agent/switch_db.h"

namespace weft::agent {

class OvsPlug final : public Plug {
 public:
  explicit OvsPlug(SwitchDb& switch_db) : switch_db_(switch_db) {}

  Task<void> add(PlugSpec spec) override;
  Task<void> remove(std::string interface) override;
  std::vector<PlugSpec> plugged() const override;

 private:
  SwitchDb& switch_db_;
};

}  // namespace weft::agent
