#include <cstdint>
#include <string_view>

#include "neutron/dhcp_options.h"
#include "neutron/resource.h"
#include "neutron/security_group_rule_body.h"
#include "neutron/tags.h"

namespace {

using namespace weft;

/// The resources' tables, on a store that is never started.
struct Tables {
  asio::io_context context;
  store::Store store{context.get_executor(), {}};
  std::vector<std::unique_ptr<neutron::Resource>> resources =
      neutron::make_resources(neutron::Services{store});
};

void try_options(const neutron::json::object& valid) {
  const auto* options = neutron::given(valid, "extra_dhcp_opts");
  if (!options) return;
  std::vector<model::ExtraDhcpOption> of_port;
  neutron::change_dhcp_options(of_port, options->as_array());
}

void try_create(const neutron::Resource& resource, std::string_view text) {
  auto bodies = neutron::parse_create_body(text, resource.names().singular, resource.names().plural);
  if (!bodies) return;
  for (const auto& body : bodies->objects) {
    auto valid = neutron::validate_create(resource.attributes(), body);
    if (valid && resource.names().singular == "security_group_rule") (void)neutron::read_rule(*valid);
    if (valid && resource.names().singular == "port") try_options(*valid);
  }
}

void try_update(const neutron::Resource& resource, std::string_view text) {
  auto body = neutron::parse_update_body(text, resource.names().singular);
  if (body) (void)neutron::validate_update(resource.attributes(), *body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Tables tables;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& resource : tables.resources) {
    try_create(*resource, text);
    try_update(*resource, text);
  }
  neutron::TagRequest tags;
  tags.method = "PUT";
  tags.body = text;
  (void)neutron::change_of_tags({}, tags);
  return 0;
}
