#pragma once
// What the explanations of drops see of the intent.

#include <optional>
#include <string>
#include <vector>

#include "cli/drop_explanation.h"

namespace weft::cli {

/// A sample's port, whose check dropped the packet, and the port at its other end; null where unknown.
struct DropView {
  const DropSample& sample;
  const model::Intent& intent;
  model::Ref<model::Port> port, other;

  DropView(const DropSample& s, const model::Intent& i);

  /// The outer IP header; null for other packets.
  const net::IpHeaders* ip() const;
  /// The port as commands name it; "PORT" for one that is not known.
  std::string port_word() const;
  /// "port web1 (1a2b...)".
  std::string port_text() const;
  /// A port's groups in the order of their names.
  std::vector<model::Ref<model::SecurityGroup>> groups_of(const model::Ref<model::Port>& port) const;
  /// May the port use this address: a fixed IP or an allowed pair's?
  bool has_address(const model::Ref<model::Port>& port, const IpAddress& address) const;
};

/// "web1 (1a2b...)", or the id alone.
template <typename T>
std::string text_of_object(const T& object) {
  const auto id = object.id.to_string();
  return object.name.empty() ? id : object.name + " (" + id + ')';
}

// The reasons that need more than a sentence.
Explanation explain_spoof(const DropView& view);
Explanation explain_no_rule(const DropView& view);
Explanation explain_invalid(const DropView& view);
/// Nothing when the packet was meant for the port, or for all.
std::optional<Explanation> explain_flooded(const DropView& view);

/// What lets a packet with this address through inside a tunnel between the two instances.
Remedy encapsulate(const DropView& view, const IpAddress& inner);

}  // namespace weft::cli
