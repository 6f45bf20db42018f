#include "cli/drop_view.h"

#include <algorithm>

#include "cli/openstack.h"

namespace weft::cli {

DropView::DropView(const DropSample& s, const model::Intent& i) : sample(s), intent(i) {
  auto find = [&](const std::optional<Uuid>& id) { return id ? intent.find<model::Port>(*id) : nullptr; };
  const auto reason = sample.reason->reason;
  const bool by_sender = sample.reason->side == fabric::DropSide::kSender ||
                         reason == fabric::Drop::kUnknownPort || reason == fabric::Drop::kTunnelEndpoint;
  port = find(by_sender ? sample.sender : sample.receiver);
  other = find(by_sender ? sample.receiver : sample.sender);
}

const net::IpHeaders* DropView::ip() const {
  return sample.headers.ip.empty() ? nullptr : &sample.headers.ip.front();
}

std::string DropView::port_word() const {
  return port ? word_of(intent, *port) : "PORT";
}

std::string DropView::port_text() const {
  if (port) return "port " + text_of_object(*port);
  return sample.interface.empty() ? "node " + sample.node
                                  : "interface " + sample.interface + " of " + sample.node;
}

std::vector<model::Ref<model::SecurityGroup>> DropView::groups_of(const model::Ref<model::Port>& of) const {
  std::vector<model::Ref<model::SecurityGroup>> groups;
  if (!of) return groups;
  for (const auto& id : intent.groups_of_port(of->id)) {
    if (auto group = intent.find<model::SecurityGroup>(id)) groups.push_back(std::move(group));
  }
  std::ranges::sort(groups, {}, [](const auto& group) { return std::pair(group->name, group->id); });
  return groups;
}

bool DropView::has_address(const model::Ref<model::Port>& of, const IpAddress& address) const {
  if (!of) return false;
  auto fixed = intent.fixed_ips(of->id);
  return std::ranges::any_of(fixed, [&](const auto& own) { return own.ip == address; }) ||
         std::ranges::any_of(of->allowed_address_pairs,
                             [&](const auto& pair) { return pair.ip.contains(address); });
}

}  // namespace weft::cli
