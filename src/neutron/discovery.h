#pragma once
// What clients ask before anything else: versions, resources, extensions.

#include <memory>
#include <string>
#include <vector>

#include "neutron/resource.h"

namespace weft::neutron {

/// GET /: the one API version. `base` is "http://host:port".
std::string versions_body(const std::string& base);
/// GET /v2.0/: the collections.
std::string resources_body(const std::string& base, const std::vector<std::unique_ptr<Resource>>& resources);
/// GET /v2.0/extensions: exactly what this server can do.
std::string extensions_body();
/// GET /v2.0/extensions/ALIAS. kNotFound when it is not there.
Result<std::string> extension_body(std::string_view alias);

}  // namespace weft::neutron
