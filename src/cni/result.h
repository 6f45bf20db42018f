#pragma once
// Answers to the runtime: the result of ADD and the reply to VERSION (CNI specification 1.0, section 5).

#include "cni/types.h"

namespace weft::cni {

/// The result object in the shape of `version`: before 1.0.0 every address also carries its IP version.
std::string result_json(std::string_view version, const Wiring& wiring);

/// The reply to VERSION.
std::string version_json(std::string_view version);

}  // namespace weft::cni
