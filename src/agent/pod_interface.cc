#include "agent/pod_interface.h"

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace weft::agent {
namespace {

constexpr auto kContainerKey = "weft-container";
constexpr auto kIfNameKey = "weft-ifname";
constexpr auto kSandboxKey = "weft-sandbox";
constexpr auto kPodKey = "weft-pod";
constexpr auto kOriginKey = "weft-port-origin";

struct OriginName {
  PortOrigin origin;
  std::string_view name;
};
constexpr std::array kOriginNames{OriginName{PortOrigin::kMade, "made"},
                                  OriginName{PortOrigin::kBound, "bound"},
                                  OriginName{PortOrigin::kReady, "ready"}};

std::string name_of(PortOrigin origin) {
  for (const auto& each : kOriginNames) {
    if (each.origin == origin) return std::string(each.name);
  }
  return {};
}

// An unknown word must not delete somebody's port.
PortOrigin parse_origin(std::string_view text) {
  for (const auto& each : kOriginNames) {
    if (each.name == text) return each.origin;
  }
  return PortOrigin::kReady;
}

std::string pod_of(const cni::Attachment& attachment) {
  if (attachment.pod_name.empty()) return {};
  return attachment.pod_namespace.empty() ? attachment.pod_name
                                          : attachment.pod_namespace + "/" + attachment.pod_name;
}

std::string value(const std::map<std::string, std::string>& ids, const char* key) {
  auto it = ids.find(key);
  return it == ids.end() ? std::string() : it->second;
}

}  // namespace

std::string PodInterface::host_name() const {
  return "tap" + port.to_string().substr(0, 11);
}

PodInterface interface_for(const cni::Attachment& attachment, const model::Port& port, PortOrigin origin) {
  return {.container_id = attachment.container_id,
          .ifname = attachment.ifname,
          .sandbox = attachment.netns,
          .pod = pod_of(attachment),
          .port = port.id,
          .mac = port.mac,
          .origin = origin};
}

PlugSpec to_plug(const PodInterface& interface) {
  PlugSpec plug{.interface = interface.host_name(), .port = interface.port, .mac = interface.mac};
  plug.external_ids = {{kContainerKey, interface.container_id},
                       {kIfNameKey, interface.ifname},
                       {kSandboxKey, interface.sandbox},
                       {kOriginKey, name_of(interface.origin)}};
  if (!interface.pod.empty()) plug.external_ids[kPodKey] = interface.pod;
  return plug;
}

std::optional<PodInterface> from_plug(const PlugSpec& plug) {
  if (!plug.external_ids.contains(kContainerKey)) return std::nullopt;
  return PodInterface{.container_id = value(plug.external_ids, kContainerKey),
                      .ifname = value(plug.external_ids, kIfNameKey),
                      .sandbox = value(plug.external_ids, kSandboxKey),
                      .pod = value(plug.external_ids, kPodKey),
                      .port = plug.port,
                      .mac = plug.mac,
                      .origin = parse_origin(value(plug.external_ids, kOriginKey)),
                      .device_gone = plug.device_gone};
}

std::string binding_profile(const cni::Attachment& attachment) {
  boost::json::object profile{{"interface", attachment.ifname}};
  if (auto pod = pod_of(attachment); !pod.empty()) profile["pod"] = pod;
  return boost::json::serialize(profile);
}

bool made_for(const model::Port& port, const cni::Attachment& attachment) {
  return port.device_owner == kContainerOwner && port.device_id == attachment.container_id &&
         port.binding_profile == binding_profile(attachment);
}

}  // namespace weft::agent
